import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ChildProgram,
  freePort,
  isNothing,
  isNumber,
  isObject,
  isUsage,
  type TokenAccount,
  type Usage,
} from "@posthorn/testnet";
import type { Target } from "../load/connection.ts";
import type { Command } from "./sync-child.ts";

const entry = fileURLToPath(import.meta.resolve("./sync-child.ts"));

/** One server in a process of its own, on loopback with TLS, on the embedded store. */
export class SyncServer extends ChildProgram<Command> {
  readonly host: string;
  readonly #folder: string;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    super(entry);
    this.#folder = folder;
    this.#port = port;
    this.host = `sync.localhost:${port}`;
  }

  static async start(folder: string): Promise<SyncServer> {
    const server = new SyncServer(folder, await freePort());
    server.launch();
    const settings = {
      host: server.host,
      local: "yes",
      port: String(server.#port),
      data: server.#data,
      ca: server.#ca,
    };
    await server.ask({ kind: "start", settings }, isNothing);
    return server;
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  get #ca(): string {
    return join(this.#folder, "local-ca");
  }

  /** The file of its database. */
  get database(): string {
    return join(this.#data, "posthorn.db");
  }

  async target(): Promise<Target> {
    return { host: this.host, port: this.#port, ca: await readFile(join(this.#ca, "ca.pem"), "utf8") };
  }

  addAccount(name: string): Promise<TokenAccount> {
    return this.ask({ kind: "addAccount", name }, isTokenAccount);
  }

  async fill(accountId: number, messages: number): Promise<void> {
    await this.ask({ kind: "fill", accountId, messages }, isNothing);
  }

  /** Puts one letter into an inbox; the time of its commit on the clock of `machineMs`. */
  deliver(name: string): Promise<number> {
    return this.ask({ kind: "deliver", name }, isNumber);
  }

  usage(): Promise<Usage> {
    return this.ask({ kind: "usage" }, isUsage);
  }

  stop(): Promise<void> {
    return this.end({ kind: "stop" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function isTokenAccount(value: unknown): value is TokenAccount {
  return isObject(value) && "token" in value && "address" in value && "accountId" in value;
}

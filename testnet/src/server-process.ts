import { fileURLToPath } from "node:url";
import type { Settings } from "@posthorn/server";
import type { TokenAccount } from "./accounts.ts";
import { ChildProgram, isNothing, isNumber, isObject, type RunOptions } from "./child-program.ts";
import type { Command, Fill } from "./server-child.ts";
import { isUsage, type Usage } from "./usage.ts";

const entry = fileURLToPath(import.meta.resolve("./server-child.ts"));

/** A server in a process of its own, which can be killed with -9 and started again on the same data. */
export class ServerProcess extends ChildProgram<Command> {
  readonly #settings: Settings;

  constructor(settings: Settings, options: RunOptions = {}) {
    super(entry, options);
    this.#settings = settings;
  }

  async start(): Promise<void> {
    this.launch();
    await this.ask({ kind: "start", settings: this.#settings }, isObject);
  }

  addAccount(name: string): Promise<TokenAccount> {
    return this.ask({ kind: "addAccount", name }, isTokenAccount);
  }

  /** Puts letters into mailboxes, by the room that takes a peer's mail. */
  async fill(fill: Fill): Promise<void> {
    await this.ask({ kind: "fill", ...fill }, isNothing);
  }

  /** Makes these hosts peers that have not answered for a day. */
  async knowDeadPeers(hosts: readonly string[]): Promise<void> {
    await this.ask({ kind: "knowDeadPeers", hosts }, isNothing);
  }

  /** Resolves when its mailboxes hold so many messages, with the time of that commit on the clock of `machineMs`. */
  whenStored(messages: number): Promise<number> {
    return this.ask({ kind: "whenStored", messages }, isNumber);
  }

  async arm(killAt?: number): Promise<void> {
    await this.ask({ kind: "arm", killAt }, isNothing);
  }

  /** The effects since `arm`, in order. */
  effects(): Promise<string[]> {
    return this.ask({ kind: "effects" }, isTexts);
  }

  usage(): Promise<Usage> {
    return this.ask({ kind: "usage" }, isUsage);
  }

  stop(): Promise<void> {
    return this.end({ kind: "stop" });
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isTokenAccount(value: unknown): value is TokenAccount {
  return isObject(value) && "token" in value && "address" in value && "accountId" in value;
}

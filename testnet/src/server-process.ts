import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Settings } from "@posthorn/server";
import type { TokenAccount } from "./accounts.ts";
import type { Command, Usage } from "./server-child.ts";

const entry = fileURLToPath(import.meta.resolve("./server-child.ts"));

/** A server in a process of its own, which can be killed with -9 and started again on the same data. */
export class ServerProcess {
  readonly #settings: Settings;
  readonly #wrapper: readonly string[];
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  #child: ChildProcess | undefined;
  #nextId = 1;
  #errors = "";

  /** `wrapper` is a command that runs the process, such as a tracer with its arguments. */
  constructor(settings: Settings, wrapper: readonly string[] = []) {
    this.#settings = settings;
    this.#wrapper = wrapper;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What the process wrote to standard error: its log. */
  get errors(): string {
    return this.#errors;
  }

  async start(): Promise<void> {
    const [execPath, ...before] = [...this.#wrapper, process.execPath];
    const child = fork(entry, [], {
      ...(execPath === undefined ? {} : { execPath }),
      execArgv: [...before, "--conditions=source", "--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-100_000);
    });
    child.on("message", (message: { id: number; answer?: unknown; error?: string }) => {
      const asked = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) asked?.resolve(message.answer);
      else asked?.reject(new Error(message.error));
    });
    child.on("exit", () => {
      if (this.#child === child) this.#child = undefined;
      for (const { reject } of this.#waiting.values())
        reject(new Error(`the server process ended: ${this.#errors}`));
      this.#waiting.clear();
    });
    await this.#ask({ kind: "start", settings: this.#settings }, isObject);
  }

  addAccount(name: string): Promise<TokenAccount> {
    return this.#ask({ kind: "addAccount", name }, isTokenAccount);
  }

  async arm(killAt?: number): Promise<void> {
    await this.#ask({ kind: "arm", killAt }, isNothing);
  }

  /** The effects since `arm`, in order. */
  effects(): Promise<string[]> {
    return this.#ask({ kind: "effects" }, isTexts);
  }

  usage(): Promise<Usage> {
    return this.#ask({ kind: "usage" }, isUsage);
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    await new Promise<void>((resolve) => child.once("exit", () => resolve()));
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.ended();
  }

  async stop(): Promise<void> {
    if (this.#child === undefined) return;
    await this.#ask({ kind: "stop" }, isNothing).catch((error: Error) => {
      if (this.#child !== undefined) throw error;
    });
    await this.ended();
  }

  #ask<T>(command: Command, isAnswer: (value: unknown) => value is T): Promise<T> {
    const child = this.#child;
    if (child === undefined) return Promise.reject(new Error("the server process is not running"));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const settle = (value: unknown) =>
        isAnswer(value) ? resolve(value) : reject(new Error(`an unexpected answer to ${command.kind}`));
      this.#waiting.set(id, { resolve: settle, reject });
      child.send({ id, command });
    });
  }
}

function isNothing(value: unknown): value is undefined {
  return value === undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isUsage(value: unknown): value is Usage {
  return isObject(value) && "cpuSeconds" in value && "rssBytes" in value;
}

function isTokenAccount(value: unknown): value is TokenAccount {
  return isObject(value) && "token" in value && "address" in value && "accountId" in value;
}

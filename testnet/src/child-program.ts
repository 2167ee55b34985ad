import { type ChildProcess, fork } from "node:child_process";

/** How a process is run besides the usual way. */
export interface RunOptions {
  /** A command that runs the process, such as a tracer with its arguments. */
  wrapper?: readonly string[];
  /** Further flags of Node, such as those that profile. */
  nodeFlags?: readonly string[];
}

/** As `npm run posthorn` runs it. */
const usualFlags = [
  "--conditions=source",
  "--disable-warning=ExperimentalWarning",
  "--max-semi-space-size=64",
];

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * A program of ours in a process of its own, which is told what to do by messages, and can be killed with -9 and
 * started again. The other end is `obey.ts`.
 */
export class ChildProgram<Command extends { kind: string }> {
  readonly #entry: string;
  readonly #options: RunOptions;
  readonly #waiting = new Map<number, Asked>();
  #child: ChildProcess | undefined;
  #nextId = 1;
  #errors = "";

  /** `entry` is the path of its main file. */
  constructor(entry: string, options: RunOptions = {}) {
    this.#entry = entry;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  /** What the process wrote to standard error: its log. */
  get errors(): string {
    return this.#errors;
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

  protected launch(): void {
    const { wrapper = [], nodeFlags = [] } = this.#options;
    const [execPath, ...before] = [...wrapper, process.execPath];
    const child = fork(this.#entry, [], {
      ...(execPath === undefined ? {} : { execPath }),
      execArgv: [...before, ...nodeFlags, ...usualFlags],
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
        reject(new Error(`the process ended: ${this.#errors}`));
      this.#waiting.clear();
    });
  }

  /** Ends the process by its own hand: with `command` it lets go of everything. */
  protected async end(command: Command): Promise<void> {
    if (this.#child === undefined) return;
    await this.ask(command, isNothing).catch((error: Error) => {
      if (this.#child !== undefined) throw error;
    });
    await this.ended();
  }

  protected ask<T>(command: Command, isAnswer: (value: unknown) => value is T): Promise<T> {
    const child = this.#child;
    if (child === undefined) return Promise.reject(new Error("the process is not running"));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const settle = (value: unknown) =>
        isAnswer(value) ? resolve(value) : reject(new Error(`an unexpected answer to ${command.kind}`));
      this.#waiting.set(id, { resolve: settle, reject });
      child.send({ id, command }, (error) => {
        if (error === null) return;
        this.#waiting.delete(id);
        reject(error);
      });
    });
  }
}

export function isNothing(value: unknown): value is undefined {
  return value === undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

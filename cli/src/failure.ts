import { type ExitCode, exitCodes } from "./exit-codes.ts";

export interface FailureDetail {
  /** What to do next: a command, or a sentence. */
  next?: string | undefined;
  exitCode?: ExitCode;
  cause?: unknown;
}

/** A command cannot go on. The message is a sentence of what happened; `next` says what to do about it. */
export class Failure extends Error {
  readonly next: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, detail: FailureDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = "Failure";
    this.next = detail.next;
    this.exitCode = detail.exitCode ?? exitCodes.failed;
  }
}

/** The command was given wrongly. Throws Failure. */
export function refuseUsage(message: string, next?: string): never {
  throw new Failure(message, { next, exitCode: exitCodes.usage });
}

/** From whatever was thrown to what a person is told: what happened, what to do next, and the number the command ends with. */
import { UnexpectedAnswer, Unreachable } from "@posthorn/client";
import { type ErrorCode, isErrorCode, type Problem, ProblemError } from "@posthorn/protocol";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { Failure } from "./failure.ts";

/** What a command has to say of its own to a code of the error table. */
export type Hints = Readonly<Partial<Record<ErrorCode, string>>>;

export interface Explanation {
  exitCode: ExitCode;
  /** A code of the error table, or what else it was, for programs. */
  code: string;
  message: string;
  /** Undefined when the message says it already. */
  next: string | undefined;
}

/** Something thrown, with what the command that threw it has to say to it. */
export class Hinted extends Error {
  readonly hints: Hints;

  constructor(cause: unknown, hints: Hints) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.hints = hints;
  }
}

/** The same action, with hints for what it throws; they are made when it throws, for all options are known then. */
export function withHints<Args extends readonly unknown[]>(
  hints: () => Hints,
  action: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      await action(...args);
    } catch (error) {
      throw new Hinted(error, hints());
    }
  };
}

export interface ExplainContext {
  /** As a person would type it, such as `/home/ann/posthorn/scripts/posthorn`. */
  posthorn: string;
  /** The command that ran, such as `send`. */
  command: string;
  hints?: Hints;
}

export function explain(error: unknown, ctx: ExplainContext): Explanation {
  if (error instanceof Hinted) return explain(error.cause, { ...ctx, hints: error.hints });
  if (error instanceof Failure) {
    const { message, next, exitCode } = error;
    return { exitCode, code: codeOf(error), message, next: next ?? helpOn(ctx) };
  }
  if (error instanceof ProblemError) return explainProblem(error.problem, ctx);
  if (error instanceof Unreachable) {
    const isTrial = error.reason === "tls" && /(?:^|\.)localhost(?::|$)/.test(error.host);
    const next = isTrial ? `${ctx.posthorn} login ADDRESS --ca FILE trusts it from then on.` : undefined;
    return { exitCode: exitCodes.unreachable, code: "unreachable", message: error.message, next };
  }
  if (error instanceof UnexpectedAnswer) {
    return {
      exitCode: exitCodes.unreachable,
      code: "unexpectedAnswer",
      message: error.message,
      next: undefined,
    };
  }
  return explainSystem(error, ctx);
}

function codeOf(failure: Failure): string {
  switch (failure.exitCode) {
    case exitCodes.usage:
      return "usage";
    case exitCodes.unreachable:
      return "unreachable";
    case exitCodes.signedOut:
      return "signedOut";
    case exitCodes.interrupted:
      return "interrupted";
    default:
      return "failed";
  }
}

function explainProblem(problem: Problem, ctx: ExplainContext): Explanation {
  const { code, detail: message } = problem;
  const exitCode = exitCodeOf(code);
  const hint = isErrorCode(code) ? ctx.hints?.[code] : undefined;
  return { exitCode, code, message, next: hint ?? usualNext(problem, ctx) };
}

function exitCodeOf(code: string): ExitCode {
  if (code === "unauthorized" || code === "tokenExpired") return exitCodes.signedOut;
  return code === "badAddress" || code === "badHost" ? exitCodes.usage : exitCodes.failed;
}

/** What helps with a refusal when the command knows nothing better. */
function usualNext(problem: Problem, ctx: ExplainContext): string {
  if (problem.code === "unauthorized" || problem.code === "tokenExpired")
    return `${ctx.posthorn} login ADDRESS`;
  if (problem.code === "internal" || problem.code === "unavailable") {
    const word = problem.instance === undefined ? "" : `, with the word ${problem.instance}`;
    return `Try again; if it stays, tell whoever runs the server${word}.`;
  }
  if (problem.retry === "later") {
    const { retryAfterS } = problem;
    return retryAfterS === undefined ? "Try again later." : `Try again in ${retryAfterS} s.`;
  }
  return helpOn(ctx);
}

function helpOn(ctx: ExplainContext): string {
  return [ctx.posthorn, ctx.command, "--help"].filter((part) => part !== "").join(" ");
}

/** What the machine refuses, by the code of its error. */
const systemSentences: Readonly<Record<string, (path: string) => { message: string; next: string }>> = {
  ENOENT: (path) => ({ message: `There is no ${path}.`, next: "Check the name." }),
  EACCES: (path) => ({ message: `You may not use ${path}.`, next: "Run the command as its owner." }),
  EPERM: (path) => ({ message: `You may not use ${path}.`, next: "Run the command as its owner." }),
  EISDIR: (path) => ({ message: `${path} is a folder.`, next: "Name a file." }),
  ENOTDIR: (path) => ({ message: `${path} is not inside a folder.`, next: "Check the name." }),
  ENOSPC: () => ({ message: "The disk is full.", next: "Make room and run the command again." }),
  EROFS: (path) => ({
    message: `${path} cannot be written: the disk is read-only.`,
    next: "Choose another place.",
  }),
  ENAMETOOLONG: () => ({
    message: "That name is longer than a file's may be.",
    next: "Choose a shorter one.",
  }),
};

function explainSystem(error: unknown, ctx: ExplainContext): Explanation {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const sentence = systemSentences[code];
  if (sentence !== undefined) {
    const path = error instanceof Error && "path" in error ? String(error.path) : "that file";
    return { exitCode: exitCodes.failed, code, ...sentence(path) };
  }
  const said = error instanceof Error ? error.message : String(error);
  return {
    exitCode: exitCodes.failed,
    code: "unforeseen",
    message: `Something happened that Posthorn did not foresee: ${said}`,
    next: `Run it again as “${ctx.posthorn} --debug …” and report what it prints.`,
  };
}

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
  /** The help of the command that ran, as a person would type it: `/home/ann/posthorn/scripts/posthorn send --help`. */
  help: string;
  /** Makes a whole command to be typed of its name and arguments. */
  next(command: string): string;
  hints?: Hints;
}

export function explain(error: unknown, ctx: ExplainContext): Explanation {
  if (error instanceof Hinted) return explain(error.cause, { ...ctx, hints: error.hints });
  if (error instanceof Failure) {
    const { message, exitCode } = error;
    const next = error.next ?? (exitCode === exitCodes.usage ? ctx.help : undefined);
    return { exitCode, code: codeOf(error), message, next };
  }
  if (error instanceof ProblemError) return explainProblem(error.problem, ctx);
  if (error instanceof Unreachable) {
    const isTrial = error.reason === "tls" && /(?:^|\.)localhost(?::|$)/.test(error.host);
    const next = isTrial ? `${ctx.next("login ADDRESS --ca FILE")} trusts it from then on.` : error.advice;
    return { exitCode: exitCodes.unreachable, code: "unreachable", message: error.what, next };
  }
  if (error instanceof UnexpectedAnswer) {
    const { what: message, advice: next } = error;
    return { exitCode: exitCodes.unreachable, code: "unexpectedAnswer", message, next };
  }
  return explainSystem(error);
}

function codeOf(failure: Failure): string {
  switch (failure.exitCode) {
    case exitCodes.usage:
      return "usage";
    case exitCodes.unreachable:
      return "unreachable";
    case exitCodes.signedOut:
      return "signedOut";
    case exitCodes.notYet:
      return "notYet";
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

/** Codes that say that what was typed is wrong, as this program or a server found. */
const ofUsage: ReadonlySet<string> = new Set(["badAddress", "badHost", "badRequest", "invalidMessage"]);

function exitCodeOf(code: string): ExitCode {
  if (code === "unauthorized" || code === "tokenExpired") return exitCodes.signedOut;
  return ofUsage.has(code) ? exitCodes.usage : exitCodes.failed;
}

/** What helps with a refusal when the command knows nothing better; other refusals say it themselves. */
function usualNext(problem: Problem, ctx: ExplainContext): string | undefined {
  if (problem.code === "unauthorized" || problem.code === "tokenExpired") return ctx.next("login ADDRESS");
  if (problem.code === "internal" || problem.code === "unavailable") {
    const word = problem.instance === undefined ? "" : `, with the word ${problem.instance}`;
    return `Try again; if it stays, tell whoever runs the server${word}.`;
  }
  if (problem.retry === "later") {
    const { retryAfterS } = problem;
    return retryAfterS === undefined ? "Try again later." : `Try again in ${retryAfterS} s.`;
  }
  return ofUsage.has(problem.code) ? ctx.help : undefined;
}

/** What the machine refuses, by the code of its error: a word for programs, and what a person is told. */
const systemSentences: Readonly<Record<string, (path: string) => Omit<Explanation, "exitCode">>> = {
  ENOENT: (path) => ({ code: "noSuchFile", message: `There is no ${path}.`, next: "Check the name." }),
  EACCES: notPermitted,
  EPERM: notPermitted,
  EISDIR: (path) => ({ code: "isFolder", message: `${path} is a folder.`, next: "Name a file." }),
  ENOTDIR: (path) => ({
    code: "notInFolder",
    message: `${path} is not inside a folder.`,
    next: "Check the name.",
  }),
  ENOSPC: () => ({
    code: "diskFull",
    message: "The disk is full.",
    next: "Make room and run the command again.",
  }),
  EROFS: (path) => ({
    code: "diskReadOnly",
    message: `${path} cannot be written: the disk is read-only.`,
    next: "Choose another place.",
  }),
  ENAMETOOLONG: () => ({
    code: "nameTooLong",
    message: "That name is longer than a file's may be.",
    next: "Choose a shorter one.",
  }),
};

function notPermitted(path: string): Omit<Explanation, "exitCode"> {
  return {
    code: "notPermitted",
    message: `You may not use ${path}.`,
    next: "Run the command as its owner.",
  };
}

function explainSystem(error: unknown): Explanation {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const sentence = systemSentences[code];
  if (sentence !== undefined) {
    const path = error instanceof Error && "path" in error ? String(error.path) : "that file";
    return { exitCode: exitCodes.failed, ...sentence(path) };
  }
  const said = error instanceof Error ? error.message : String(error);
  return {
    exitCode: exitCodes.failed,
    code: "unforeseen",
    message: `Something happened that Posthorn did not foresee: ${said}`,
    next: "Run it again with --debug and report what it prints.",
  };
}

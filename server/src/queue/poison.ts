import { ProblemError } from "@posthorn/protocol";

/** What the language throws when code meets what it was not written for. */
const programmingErrors = [TypeError, RangeError, ReferenceError, SyntaxError, URIError];

/**
 * True for an error that comes from what is handled, so that handling it again will not help. Everything else may be a
 * disk, a database or a connection that fails for a while, and then no message is to be given up for it.
 */
export function isPoison(error: unknown): boolean {
  if (error instanceof ProblemError) return error.problem.retry === "never";
  return programmingErrors.some((kind) => error instanceof kind);
}

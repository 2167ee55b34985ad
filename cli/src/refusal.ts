import { UnexpectedAnswer, Unreachable } from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";

/** True for what a server has refused, or what could not be asked of it, and not for a fault of this program. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError || error instanceof Unreachable || error instanceof UnexpectedAnswer;
}

/** True when a server may have done what it was asked to, and only its answer has not come. */
export function isAnswerLost(error: unknown): error is Unreachable {
  return error instanceof Unreachable && (error.reason === "cut" || error.reason === "timeout");
}

/** Saying to the server what takes effect at once: when its answer is lost, nobody knows whether it has. */
import { ProblemError } from "@posthorn/protocol";
import { UnexpectedAnswer, Unreachable } from "../unreachable.ts";

/** Is given why it is not known whether it was heard; it is said once more when this resolves, and given up when it throws. */
export type OnLost = (error: Error) => Promise<void>;

/** Says it until the server has answered. Throws what `say` throws, as a refusal, and what `onLost` throws. */
export async function sayUntilKnown(say: () => Promise<unknown>, onLost: OnLost | undefined): Promise<void> {
  while (true) {
    try {
      await say();
      return;
    } catch (error) {
      if (onLost === undefined || !isLost(error)) throw error;
      await onLost(error);
    }
  }
}

function isLost(error: unknown): error is Error {
  if (error instanceof ProblemError) return error.problem.retry === "later";
  return error instanceof Unreachable || error instanceof UnexpectedAnswer;
}

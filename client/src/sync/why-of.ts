import { ProblemError } from "@posthorn/protocol";
import { UnexpectedAnswer, Unreachable } from "../unreachable.ts";

/** Why the server could not be asked, for people. */
export interface WhyNot {
  sentence: string;
  /** Of the table of errors, or `unreachable.` with its reason, or `unexpectedAnswer`; absent where there is none. */
  code?: string;
}

export function whyOf(error: unknown): WhyNot {
  const sentence = error instanceof Error ? error.message : String(error);
  if (error instanceof ProblemError) return { sentence, code: error.problem.code };
  if (error instanceof Unreachable) return { sentence, code: `unreachable.${error.reason}` };
  return error instanceof UnexpectedAnswer ? { sentence, code: "unexpectedAnswer" } : { sentence };
}

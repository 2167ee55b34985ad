/** What went wrong, as a page can be told of it. */
import { LocalStoreError, UnexpectedAnswer, Unreachable } from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";

export interface Fault {
  /** What happened and what to do. */
  sentence: string;
  /** Of the table of errors, or a word of the client's own. */
  code: string;
  /** Finds it in the server's log. */
  instance?: string | undefined;
  /** Which input it is about. */
  pointer?: string | undefined;
}

/** Whatever was thrown. What nobody foresaw is told as it is, for hiding it would help nobody. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ProblemError) {
    const { detail, title, code, instance, pointer } = error.problem;
    return { sentence: detail ?? title, code, instance, pointer };
  }
  if (error instanceof Unreachable) return { sentence: error.message, code: "unreachable" };
  if (error instanceof UnexpectedAnswer) return { sentence: error.message, code: "unexpectedAnswer" };
  if (error instanceof LocalStoreError) return { sentence: error.message, code: `device.${error.fault}` };
  const message = error instanceof Error ? error.message : String(error);
  return { sentence: `This page had a problem of its own: ${message}`, code: "page" };
}

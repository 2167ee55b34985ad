/** What went wrong, as a page can be told of it. */
import { LocalStoreError, UnexpectedAnswer, Unreachable } from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";

export interface Fault {
  /** What happened and what to do, in English; empty where nobody has said it. The page has words of its own (fault-words.ts). */
  sentence: string;
  /** Of the table of errors, or a word of the client's own. */
  code: string;
  /** Which case of the code it is, where there are several. */
  kind?: string | undefined;
  /** What the words name. */
  values?: Readonly<Record<string, FaultValue>> | undefined;
  /** Finds it in the server's log, or says what nobody foresaw. */
  instance?: string | undefined;
  /** Which input it is about. */
  pointer?: string | undefined;
}

/** Texts in a list are alternatives. */
export type FaultValue = string | number | readonly string[];

/** A fault that was found here, with all that there is to say of it. */
export class Told extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.sentence);
    this.name = "Told";
    this.fault = fault;
  }
}

/** Of what somebody has stopped. */
export const stopped: Fault = { sentence: "It was stopped.", code: "stopped" };

/** Whatever was thrown. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Told) return error.fault;
  if (error instanceof ProblemError) {
    const { detail, title, code, instance, pointer } = error.problem;
    return { sentence: detail ?? title, code, instance, pointer };
  }
  if (error instanceof Unreachable) {
    const { message, reason, host } = error;
    return { sentence: message, code: "unreachable", kind: reason, values: { host } };
  }
  if (error instanceof UnexpectedAnswer) {
    const { message, host } = error;
    return { sentence: message, code: "unexpectedAnswer", values: { host } };
  }
  if (error instanceof LocalStoreError) return { sentence: error.message, code: `device.${error.fault}` };
  return { sentence: "", code: "page", instance: error instanceof Error ? error.message : String(error) };
}

import { ProblemError } from "../problem.ts";

/**
 * A case of a vector file, as a question to this code. Node's tests ask it, and so does a browser's, which sends what
 * was found to who compares: so nothing in this folder uses what only one of them has.
 */
export interface VectorCase {
  readonly name: string;
  /** What must be found: text, numbers, truth values, lists and records of these. */
  readonly expected: unknown;
  find(): Promise<unknown>;
}

/** How a vector says that something is refused; without a pointer a reader may find any of several faults first. */
export interface Refusal {
  code: string;
  pointer?: string;
}

/** What `run` finds, or how it is refused, as fully as `expected` says it. Throws what is no ProblemError. */
export function outcomeOf<Found>(run: () => Found, expected: Partial<Refusal>): Found | Refusal {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, pointer } = error.problem;
    return expected.pointer === undefined || pointer === undefined ? { code } : { code, pointer };
  }
}

/**
 * A case of a vector file, as a question to this code. Node's tests ask it, and so does a browser's, which sends what
 * was found to who compares: so nothing in this folder uses what only one of them has.
 */
export interface VectorCase {
  readonly name: string;
  /** What must be found: text, numbers, truth values, lists and records of these; undefined for “nothing”. */
  readonly expected: unknown;
  find(): Promise<unknown>;
}

/** The message of the error that `run` ends with; undefined when it ends well. */
export async function refusalOf(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Several calls in one request, whose answers are found again. */
import { type JmapAnswer, type JmapCall, JmapRefusal } from "../jmap.ts";

/** Calls that are gathered; each `add` gives its number. */
export interface Batch {
  readonly calls: JmapCall[];
  add(method: string, given: object): number;
}

export function newBatch(): Batch {
  const calls: JmapCall[] = [];
  return {
    calls,
    add: (method, given) => calls.push({ method, arguments: given }) - 1,
  };
}

/** A reference to what an earlier call of the batch answers (RFC 8620 §3.7). */
export function from(number: number, name: string, path: string): object {
  return { resultOf: String(number), name, path };
}

/** Words of JMAP for what passes by itself (RFC 8620 §3.6). */
const passing: ReadonlySet<string> = new Set([
  "serverUnavailable",
  "serverFail",
  "serverPartialFail",
  "rateLimit",
  "limit",
]);

export function isPassingRefusal(refusal: { type: string }): boolean {
  return passing.has(refusal.type);
}

/** What a call answered; undefined when it was refused with one of these words. Throws JmapRefusal for another. */
export function answeredUnless(answer: JmapAnswer | undefined, words: readonly string[]): unknown {
  if (answer?.refusal === undefined) return answer?.answered;
  if (words.includes(answer.refusal.type)) return undefined;
  throw new JmapRefusal(answer.refusal.type, answer.refusal.message);
}

import { limits } from "./limits.ts";
import { fail } from "./problem.ts";

const newline = 0x0a;

/**
 * The lines of an NDJSON body as views on its bytes, nothing copied. The newline after the last line may be missing;
 * an empty line in between stays a line, so that verdicts keep their places. Throws ProblemError `tooLarge` beyond
 * `limits.batchLines` lines.
 */
export function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    if (lines.length === limits.batchLines) {
      fail("tooLarge", `A batch holds at most ${limits.batchLines} lines. Send the rest in another request.`);
    }
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** True when `bytes` can be a line: a message written over several lines cannot travel in a batch. */
export function isLine(bytes: Uint8Array): boolean {
  return !bytes.includes(newline);
}

/** Each line followed by a newline. Throws RangeError when a line holds a newline itself. */
export function joinLines(lines: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(lines.reduce((length, line) => length + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    if (!isLine(line)) throw new RangeError("A line of a batch must not hold a newline.");
    joined.set(line, at);
    joined[at + line.length] = newline;
    at += line.length + 1;
  }
  return joined;
}

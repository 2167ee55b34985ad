/** Text of files and of standard input: UTF-8 or nothing, because what is read as something else is damaged. */
import type { Readable } from "node:stream";
import { refuseUsage } from "./failure.ts";
import { readAtMost } from "./read-input.ts";

const strict = new TextDecoder("utf-8", { fatal: true });
const replacement = "\ufffd";
const writtenReplacement = Buffer.from(replacement);

/** All text of a stream, without a byte order mark. Throws Failure when it is too long, and `usage` when it is no UTF-8. */
export async function readText(input: Readable, maxBytes: number): Promise<string> {
  return textOf(await readAtMost(input, maxBytes), "Standard input");
}

/** The text of bytes, without a byte order mark. Throws Failure `usage`, which names the first byte that is not UTF-8. */
export function textOf(bytes: Buffer, what: string): string {
  try {
    return strict.decode(bytes);
  } catch {
    const at = firstFault(bytes);
    const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0");
    return refuseUsage(
      `${what} is not text in UTF-8: its byte ${at + 1} is ${byte}.`,
      "Save it as UTF-8, or turn it into that, such as with: iconv -f ISO-8859-1 -t UTF-8",
    );
  }
}

/** Where the first byte is that a reader who forgives would have replaced. */
function firstFault(bytes: Buffer): number {
  let at = 0;
  for (const character of bytes.toString("utf8")) {
    const length = Buffer.byteLength(character);
    const isWritten = character !== replacement || bytes.subarray(at, at + length).equals(writtenReplacement);
    if (!isWritten) return at;
    at += length;
  }
  return at;
}

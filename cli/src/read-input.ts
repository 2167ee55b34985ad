import type { Readable } from "node:stream";
import { Failure } from "./failure.ts";

/** All bytes of a stream. Throws Failure when there are more than `maxBytes`. */
export async function readAtMost(input: Readable, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of input) {
    const bytes = Buffer.from(piece);
    sizeBytes += bytes.length;
    if (sizeBytes > maxBytes) {
      throw new Failure(`Standard input has more than ${maxBytes} bytes.`, {
        next: "Send large content as a file, with --attach.",
      });
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

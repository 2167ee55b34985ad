/**
 * Sealed bytes that are made as they are read, from anywhere in them and as often as is asked: a file is sealed once to
 * be hashed and again to be sent, and a transfer that broke goes on in the middle. They are those of sealed-bytes.ts.
 */
import { readBytes } from "./byte-reader.ts";
import { type ChunkCipher, makeChunkCipher, sealChunks } from "./chunk-cipher.ts";
import {
  chunkBytes,
  chunkPlace,
  groupChunks,
  headerBytes,
  sealedChunkBytes,
  sealedSize,
} from "./sealed-layout.ts";

/** Bytes that can be read from anywhere, and again. */
export interface ByteRanges {
  readonly size: number;
  /** The bytes from `offset` on, `length` of them, in pieces. */
  read(offset: number, length: number): AsyncIterable<Uint8Array>;
}

/**
 * What `sealBytes` would make of the plaintext with this salt of 24 random bytes, in pieces of at most 16,400. **Two
 * plaintexts must never be sealed with one key and salt**: who sees both learns of both, and can forge. So nothing of it
 * may leave before it is known that the plaintext is still the one it was. Reading throws Error when key or salt have
 * another length, when it would go beyond the end, and when the plaintext ends early.
 */
export function sealRanges(
  key: Uint8Array,
  context: Uint8Array,
  salt: Uint8Array,
  plaintext: ByteRanges,
): ByteRanges {
  const size = sealedSize(plaintext.size);
  return {
    size,
    async *read(offset, length) {
      const end = offset + length;
      if (offset < 0 || end > size)
        throw new Error(`Of ${size} sealed bytes none are at ${offset} to ${end}.`);
      const cipher = await makeChunkCipher(key, context, salt);
      for await (const { start, bytes } of sealParts(cipher, plaintext, offset, end)) {
        const piece = bytes.subarray(Math.max(offset - start, 0), Math.max(end - start, 0));
        if (piece.length > 0) yield piece;
      }
    },
  };
}

/** The header, and the chunks in which the sealed bytes from `offset` to `end` lie, each with where it begins. */
async function* sealParts(
  cipher: ChunkCipher,
  plaintext: ByteRanges,
  offset: number,
  end: number,
): AsyncGenerator<{ start: number; bytes: Uint8Array }, void, undefined> {
  yield { start: 0, bytes: cipher.header };
  const first = Math.max(Math.floor((offset - headerBytes) / sealedChunkBytes), 0);
  const stop = Math.ceil((end - headerBytes) / sealedChunkBytes);
  if (stop <= first) return;
  const chunkCount = Math.floor(plaintext.size / chunkBytes) + 1;
  const textStart = first * chunkBytes;
  const textEnd = Math.min(stop * chunkBytes, plaintext.size);
  const reader = readBytes(plaintext.read(textStart, textEnd - textStart));
  try {
    const group = new Uint8Array(Math.min(groupChunks, stop - first) * chunkBytes);
    for (let number = first; number < stop; number += groupChunks) {
      const wanted = group.subarray(0, textEnd - number * chunkBytes);
      if ((await reader.fill(wanted)) < wanted.length) throw new Error("The plaintext ended early.");
      const isEnd = Math.min(number + groupChunks, stop) === chunkCount;
      const chunks = await sealChunks(cipher, number, wanted, isEnd);
      yield* chunks.map((bytes, at) => ({ start: chunkPlace(number + at).start, bytes }));
    }
  } finally {
    await reader.close();
  }
}

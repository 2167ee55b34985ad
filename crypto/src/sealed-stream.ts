/**
 * Sealed bytes as they come and go, for files of any size: sixteen chunks are held at a time, which is enough for the
 * platform to work on them side by side. What is sealed and opened is the same as in sealed-bytes.ts.
 */
import { readBytes } from "./byte-reader.ts";
import {
  type ChunkCipher,
  findChunkCipher,
  makeChunkCipher,
  openChunks,
  sealChunks,
} from "./chunk-cipher.ts";
import { drawSalt } from "./sealed-bytes.ts";
import { chunkBytes, findLayout, groupChunks, headerBytes, sealedChunkBytes } from "./sealed-layout.ts";

/**
 * Thrown by what opens a stream when it is not, to its end, what was sealed with the key and context: whatever is wrong
 * with it. What came before is authentic and may be less than the whole.
 */
export class NotOpenedError extends Error {
  override readonly name = "NotOpenedError";
  constructor() {
    super("The sealed bytes cannot be opened.");
  }
}

/** Seals what the source gives: as `sealBytes`, in pieces of at most 16,400 bytes. */
export async function* sealStream(
  key: Uint8Array,
  context: Uint8Array,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = readBytes(source);
  try {
    const cipher = await makeChunkCipher(key, context, drawSalt());
    yield cipher.header;
    const group = new Uint8Array(groupChunks * chunkBytes);
    for (let number = 0, isEnd = false; !isEnd; number += groupChunks) {
      const filled = await reader.fill(group);
      isEnd = filled < group.length;
      yield* await sealChunks(cipher, number, group.subarray(0, filled), isEnd);
    }
  } finally {
    await reader.close();
  }
}

/** Opens sealed bytes as they come. Only what is authentic comes out; throws NotOpenedError when the whole is not. */
export async function* openStream(
  key: Uint8Array,
  context: Uint8Array,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = readBytes(source);
  try {
    const header = new Uint8Array(headerBytes);
    const headerSize = await reader.fill(header);
    const cipher = await findChunkCipher(key, context, header.subarray(0, headerSize));
    if (cipher === undefined) throw new NotOpenedError();
    yield* openRest(cipher, 0, reader.fill);
  } finally {
    await reader.close();
  }
}

/** Sealed bytes that can be opened from the middle: to go on where a transfer broke, or to read a part. */
export interface SealedChunks {
  /** Bytes of plaintext, as the size of the sealed bytes has it: authentic once the last chunk has been opened. */
  readonly size: number;
  readonly chunkCount: number;
  /** The plaintext of one chunk; undefined when these are not the bytes of the chunk of that number. */
  openChunk(number: number, sealed: Uint8Array): Promise<Uint8Array | undefined>;
  /** As `openStream`, of a source that begins with the chunk of that number (`chunkPlace` says where it stands). */
  openFrom(number: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * Sealed bytes of which the first 56 and the whole size are known. Undefined when the key and context are not those they
 * were sealed with, or nothing sealed has that size.
 */
export async function findSealedChunks(
  key: Uint8Array,
  context: Uint8Array,
  { header, sealedSize }: { header: Uint8Array; sealedSize: number },
): Promise<SealedChunks | undefined> {
  const layout = findLayout(sealedSize);
  const cipher = await findChunkCipher(key, context, header);
  if (layout === undefined || cipher === undefined) return undefined;
  const { size, chunkCount } = layout;
  return {
    size,
    chunkCount,
    async openChunk(number, sealed) {
      if (number >= chunkCount) return undefined;
      const [chunk, ...more] = (await openChunks(cipher, number, sealed, number === chunkCount - 1)) ?? [];
      return more.length === 0 ? chunk : undefined;
    },
    async *openFrom(number, source) {
      const reader = readBytes(source);
      try {
        yield* openRest(cipher, number, reader.fill, chunkCount);
      } finally {
        await reader.close();
      }
    },
  };
}

/** Every chunk from the one of that number to the end, of which there must be `chunkCount` when that is known. */
async function* openRest(
  cipher: ChunkCipher,
  first: number,
  fill: (target: Uint8Array) => Promise<number>,
  chunkCount?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const group = new Uint8Array(groupChunks * sealedChunkBytes);
  for (let number = first, isEnd = false; !isEnd; ) {
    const filled = await fill(group);
    isEnd = filled < group.length;
    const chunks = await openChunks(cipher, number, group.subarray(0, filled), isEnd);
    if (chunks === undefined) throw new NotOpenedError();
    number += chunks.length;
    if (isEnd && number !== (chunkCount ?? number)) throw new NotOpenedError();
    for (const chunk of chunks) if (chunk.length > 0) yield chunk;
  }
}

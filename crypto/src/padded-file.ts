/**
 * The padded form of a file (padding.ts) without the whole of it in memory: from anywhere in it, and back again as it
 * comes.
 */
import { equalBytes } from "./bytes.ts";
import { paddedFileSize } from "./padding.ts";
import type { ByteRanges } from "./sealed-ranges.ts";
import { NotOpenedError } from "./sealed-stream.ts";

const lengthBytes = 8;
const zerosBytes = 16 * 1024;

/** The padded form of a file. Throws RangeError when it is too large to pad. */
export function padFile(file: ByteRanges): ByteRanges {
  const paddingStart = lengthBytes + file.size;
  const prefix = lengthOf(file.size);
  return {
    size: paddedFileSize(file.size),
    async *read(offset, length) {
      const end = offset + length;
      if (offset < lengthBytes) yield prefix.slice(offset, end);
      const from = Math.max(offset, lengthBytes);
      const to = Math.min(end, paddingStart);
      if (from < to) yield* file.read(from - lengthBytes, to - from);
      yield* zeros(end - Math.max(offset, paddingStart));
    },
  };
}

/** As `padFile`, of a file that comes once and from its beginning. Throws Error when it has another size. */
export async function* padStream(
  size: number,
  file: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield lengthOf(size);
  let at = 0;
  for await (const piece of file) {
    at += piece.length;
    if (at > size) break;
    yield piece;
  }
  if (at !== size) throw new Error(`A file of ${size} bytes has come with more or fewer.`);
  yield* zeros(paddedFileSize(size) - lengthBytes - size);
}

/**
 * The file of `size` bytes whose padded form this is, as it comes. Throws NotOpenedError when it is not: when another
 * length stands in it, when it has another than is prescribed, or when its padding is not all zeros. What came before is
 * then not the file.
 */
export async function* unpadFile(
  size: number,
  padded: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const paddedSize = paddedFileSize(size);
  const prefix = lengthOf(size);
  let at = 0;
  for await (const piece of padded) {
    const begins = clamp(lengthBytes - at, piece.length);
    const ends = clamp(lengthBytes + size - at, piece.length);
    const isRight =
      equalBytes(piece.subarray(0, begins), prefix.subarray(at, at + begins)) &&
      piece.subarray(ends).every((byte) => byte === 0);
    if (!isRight) throw new NotOpenedError();
    if (begins < ends) yield piece.subarray(begins, ends);
    at += piece.length;
  }
  if (at !== paddedSize) throw new NotOpenedError();
}

function* zeros(count: number): Generator<Uint8Array, void, undefined> {
  for (let left = count; left > 0; left -= zerosBytes) yield new Uint8Array(Math.min(zerosBytes, left));
}

function lengthOf(size: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size));
  return bytes;
}

function clamp(place: number, length: number): number {
  return Math.min(Math.max(place, 0), length);
}

export interface BlobRange {
  offset: number;
  /** Undefined for all that follows. */
  length: number | undefined;
}

/** The bytes of a blob within a range, as they come; none when it begins behind the end. */
export async function* readRange(
  body: AsyncIterable<Uint8Array>,
  { offset, length }: BlobRange,
): AsyncGenerator<Uint8Array> {
  let before = offset;
  let left = length ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for await (const piece of body) {
    const from = Math.min(before, piece.length);
    before -= from;
    const part = piece.subarray(from, from + left);
    if (part.length > 0) yield part;
    left -= part.length;
    if (left <= 0) return;
  }
}

/** How many bytes of a blob of this size are in a range, and whether that is as many as were asked for. */
export function sizeInRange(
  sizeBytes: number,
  { offset, length }: BlobRange,
): { length: number; isWhole: boolean } {
  const there = Math.max(0, sizeBytes - offset);
  const wanted = length ?? there;
  return { length: Math.min(there, wanted), isWhole: offset <= sizeBytes && wanted <= there };
}

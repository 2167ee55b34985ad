/** All bytes of a stream in one piece. Undefined as soon as there are more than `maxBytes`. */
export async function readAll(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of stream) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) return undefined;
    pieces.push(piece);
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Ends an exchange whose answer is not wanted any further. */
export async function discard(stream: AsyncIterable<Uint8Array>): Promise<void> {
  await stream[Symbol.asyncIterator]().return?.();
}

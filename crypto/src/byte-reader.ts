/** An async source of bytes, read in pieces of the reader's own size. */
export interface ByteReader {
  /** Copies what comes next into `target`; resolves to how much, less than all of it only when the source has ended. */
  fill(target: Uint8Array): Promise<number>;
  /** Tells the source that no more is wanted. */
  close(): Promise<void>;
}

/** Holds one piece of the source at a time. */
export function readBytes(source: AsyncIterable<Uint8Array>): ByteReader {
  const pieces = source[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array();
  let ended = false;

  return {
    async fill(target) {
      let filled = 0;
      while (filled < target.length) {
        if (piece.length === 0) {
          const next = ended ? undefined : await pieces.next();
          if (next === undefined || next.done) {
            ended = true;
            break;
          }
          piece = next.value;
        }
        const taken = piece.subarray(0, target.length - filled);
        target.set(taken, filled);
        filled += taken.length;
        piece = piece.subarray(taken.length);
      }
      return filled;
    },
    async close() {
      if (!ended) await pieces.return?.();
    },
  };
}

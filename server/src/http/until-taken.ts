/**
 * A whole body as a source of pieces, which knows when nobody wants more of it: `ended` is called once, when the last
 * piece has been taken, or when whoever was to read them has gone.
 */
export function untilTaken(
  whole: Uint8Array,
  pieceBytes: number,
  ended: () => void,
): AsyncIterable<Uint8Array> {
  let at = 0;
  let isOver = false;
  const end = (): IteratorReturnResult<undefined> => {
    if (!isOver) ended();
    isOver = true;
    return { done: true, value: undefined };
  };
  const source: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      if (isOver || at >= whole.length) return end();
      const piece = whole.subarray(at, at + pieceBytes);
      at += pieceBytes;
      return { done: false, value: piece };
    },
    async return() {
      return end();
    },
  };
  return { [Symbol.asyncIterator]: () => source };
}

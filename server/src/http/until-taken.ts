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

/**
 * The same of a source that has its pieces already. When `cut` aborts it ends as well, and what it holds is let go at once,
 * though its reader learns of that by an error with the next piece.
 */
export function untilOver(
  body: AsyncIterable<Uint8Array>,
  cut: AbortSignal,
  ended: () => void,
): AsyncIterable<Uint8Array> {
  let source: AsyncIterator<Uint8Array> | undefined = body[Symbol.asyncIterator]();
  async function end(): Promise<void> {
    const last = source;
    if (last === undefined) return;
    source = undefined;
    ended();
    await last.return?.();
  }
  const cutOff = () => void end().catch(() => undefined);
  if (cut.aborted) cutOff();
  else cut.addEventListener("abort", cutOff, { once: true });
  const outer: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      if (source === undefined && cut.aborted) throw new Error("taken too slowly while others waited");
      try {
        const step = await source?.next();
        if (step !== undefined && step.done !== true) return step;
      } catch (error) {
        cutOff();
        throw error;
      }
      await end();
      return { done: true, value: undefined };
    },
    async return() {
      await end();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => outer };
}

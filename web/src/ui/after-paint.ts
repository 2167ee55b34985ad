/** Calls once what is drawn now is on the screen, so that it is not kept waiting. The answer gives it up. */
export function afterPaint(doing: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(doing);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

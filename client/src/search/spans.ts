/** Stretches of time, in milliseconds since 1970: from `from` on, up to and without `to`. */
export interface Span {
  from: number;
  to: number;
}

/** The first and the last moment that a clock can show. */
export const always: Span = { from: -8.64e15, to: 8.64e15 };

/** All of them, latest first, those that touch or overlap as one. */
export function uniteSpans(spans: readonly Span[]): Span[] {
  const united: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => b.to - a.to)) {
    if (from >= to) continue;
    const last = united.at(-1);
    if (last !== undefined && to >= last.from) last.from = Math.min(last.from, from);
    else united.push({ from, to });
  }
  return united;
}

/** What of `spans` is not in `hole`. */
export function withoutSpan(spans: readonly Span[], hole: Span): Span[] {
  return spans.flatMap(({ from, to }) =>
    [
      { from: Math.max(from, hole.to), to },
      { from, to: Math.min(to, hole.from) },
    ].filter((part) => part.from < part.to),
  );
}

/** What of all time is in none of them, latest first. */
export function gapsBetween(spans: readonly Span[]): Span[] {
  return spans.reduce((left, span) => withoutSpan(left, span), [always]);
}

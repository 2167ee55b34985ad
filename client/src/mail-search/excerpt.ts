/** A few words of a text, around the first that was searched for. */
import { marks } from "../search/marks.ts";
import type { SearchPlan } from "../search/plan.ts";
import type { Bounds } from "../search/words.ts";

/** A text, and where in it the query was found. */
export interface MarkedText {
  text: string;
  marks: readonly Bounds[];
}

/** In UTF-16 units, of a longer body no more is looked at. */
const mostLooked = 50_000;
const longest = 160;
const before = 40;

export function markedSubject(subject: string, plan: SearchPlan): MarkedText {
  const text = oneLine(subject);
  return { text, marks: marks(text, plan, "subject") };
}

export function excerptOf(body: string, plan: SearchPlan): MarkedText {
  const text = oneLine(body.slice(0, mostLooked));
  const found = marks(text, plan, "body");
  const [first] = found;
  const start = first === undefined || first.end <= longest ? 0 : startOfWord(text, first.start - before);
  const end = endBefore(text, start + longest);
  const shown = found.filter((one) => one.start >= start && one.end <= end);
  return {
    text: text.slice(start, end),
    marks: shown.map((one) => ({ start: one.start - start, end: one.end - start })),
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}

/** The first beginning of a word from there on; there itself where no word begins soon. */
function startOfWord(text: string, from: number): number {
  const space = text.indexOf(" ", from);
  return space < 0 || space > from + before / 2 ? endBefore(text, from) : space + 1;
}

/** Not in the middle of a character. */
function endBefore(text: string, end: number): number {
  const next = text.charCodeAt(end);
  return next >= 0xdc00 && next < 0xe000 ? end - 1 : Math.min(end, text.length);
}

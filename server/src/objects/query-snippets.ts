/** Where in a text stands what was searched for (RFC 8621 §5), as HTML in which nothing but `<mark>` is a tag. */
import { findTerm, type Term } from "./query-terms.ts";
import { type Word, wordsOf } from "./query-words.ts";

/** A part of a text that was searched for, in UTF-16 units. */
interface Span {
  start: number;
  end: number;
}

/** Characters before the first find that tell what it is about. */
const lead = 60;
const opening = "<mark>";
const closing = "</mark>";

/** The whole text with every find marked; undefined when there is none. */
export function markFinds(text: string, terms: readonly Term[]): string | undefined {
  const spans = findSpans(text, terms);
  return spans.length === 0 ? undefined : render(text, spans, 0, Number.POSITIVE_INFINITY);
}

/** As many octets of a text as may be, from shortly before the first find, on one line; undefined when there is none. */
export function snippetOf(text: string, terms: readonly Term[], mostOctets: number): string | undefined {
  const [first] = findSpans(text, terms);
  if (first === undefined) return undefined;
  const before = text.slice(Math.max(0, first.start - lead), first.start);
  const cut = first.start - before.length > 0 ? before.replace(/^\S*\s+/, "") : before;
  const start = first.start - cut.length;
  // One octet is half a character at least, and a mark takes more than it shows.
  const line = text.slice(start, start + mostOctets).replaceAll(/[\s\p{Cc}]+/gu, " ");
  return render(line, findSpans(line, terms), 0, mostOctets).trim();
}

function findSpans(text: string, terms: readonly Term[]): Span[] {
  const words = wordsOf(text);
  return joined(terms.flatMap((term) => spansOf(words, term)));
}

function spansOf(words: readonly Word[], term: Term): Span[] {
  const spans: Span[] = [];
  for (let at = 0; ; ) {
    const found = findTerm(words, term, at);
    const first = found && words[found.first];
    const last = found && words[found.last];
    if (found === undefined || first === undefined || last === undefined) return spans;
    spans.push({ start: first.start, end: last.end });
    at = found.first + 1;
  }
}

/** In order, those that touch as one. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else all.push({ ...span });
  }
  return all;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text from `start` on with these spans marked, until the next character or mark would be beyond so many octets. */
function render(text: string, spans: readonly Span[], start: number, mostOctets: number): string {
  let html = "";
  let octets = 0;
  let at = start;
  const add = (end: number, reserved: number) => {
    for (const character of text.slice(at, end)) {
      const shown = entities[character] ?? character;
      const size = octetsOf(shown);
      if (octets + size + reserved > mostOctets) return false;
      html += shown;
      octets += size;
      at += character.length;
    }
    return true;
  };
  for (const span of spans) {
    if (!add(span.start, 0)) return html;
    if (octets + opening.length + closing.length + 4 > mostOctets) return html;
    html += opening;
    octets += opening.length;
    const isWhole = add(span.end, closing.length);
    html += closing;
    octets += closing.length;
    if (!isWhole) return html;
  }
  add(text.length, 0);
  return html;
}

function octetsOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Texts as terms: what the index keeps of a text, and what is looked for in it. */
import { type Bounds, scanWords } from "./words.ts";

/** Calls back with every term of a text, one that comes twice twice. */
export function forEachTerm(text: string, take: (term: string) => void): void {
  scanWords(text, {
    word: take,
    address: take,
    run(units, _bounds, gramSize) {
      for (let at = 0; at < units.length; at++) take(joined(units, at, at + gramSize));
    },
  });
}

/** What one has to find to have found a word of a query. */
export interface QueryTerm {
  term: string;
  /** Any term that begins so. */
  isPrefix: boolean;
}

/**
 * The terms that a text has if this stands in it. `isOpen` when more letters may follow: a word at its very end is the
 * beginning of one then.
 */
export function termsToFind(text: string, isOpen: boolean): QueryTerm[] {
  const found: (QueryTerm & Bounds)[] = [];
  const addresses: (QueryTerm & Bounds)[] = [];
  scanWords(text, {
    word: (term, start, end) => found.push({ term, isPrefix: false, start, end }),
    address: (term, start, end) =>
      addresses.push({ term, isPrefix: isOpen && end === text.length, start, end }),
    run(units, bounds, gramSize) {
      for (const at of units.keys()) {
        const isWhole = at + gramSize <= units.length;
        // What is shorter than a gram stands at the beginning of one; so it does at the end of a run (`forEachTerm`).
        if (!isWhole && at > 0) break;
        const [start, end] = [bounds[at]?.start ?? 0, bounds.at(-1)?.end ?? 0];
        found.push({ term: joined(units, at, at + gramSize), isPrefix: !isWhole, start, end });
      }
    },
  });
  const last = found.at(-1);
  if (isOpen && last !== undefined && last.end === text.length) last.isPrefix = true;
  // The tag of an address is part of what is looked for, so only the longest of them is.
  const whole = addresses.filter(({ start, term }, at) => {
    const before = addresses[at - 1];
    return before?.start !== start || before.term === term;
  });
  const apart = found.filter(({ start, end }) => !whole.some((one) => one.start <= start && end <= one.end));
  return [...whole, ...apart].map(({ term, isPrefix }) => ({ term, isPrefix }));
}

/** A word, or a character of a script without spaces, where it stands. */
export interface Token extends Bounds {
  term: string;
}

/** A text as its words in their order: what a phrase is compared with. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  scanWords(text, {
    word: (term, start, end) => tokens.push({ term, start, end }),
    address() {
      // Its words come one by one.
    },
    run(units, bounds) {
      for (const [at, term] of units.entries()) {
        const { start, end } = bounds[at] ?? { start: 0, end: 0 };
        tokens.push({ term, start, end });
      }
    },
  });
  return tokens;
}

function joined(units: readonly string[], from: number, to: number): string {
  return units.slice(from, to).join("");
}

/** What somebody searches for, as words (RFC 8621 §4.4.1), and whether a text has it. */
import { isAscii, type Word, wordsOf } from "./query-words.ts";

/** Words that stand one after the other; of the last one also only the beginning when `isOpen`. */
export interface Term {
  words: readonly string[];
  isOpen: boolean;
}

const quoted = /(["'])((?:\\.|(?!\1)[^\\])*)\1(?=\s|$)|\S+/gsu;
const mostTerms = 50;

/**
 * Reads a text of a filter: what stands in quotes is a phrase, and what stands between white space is looked for by
 * itself; all of it must be there. The last word may have been begun only, unless it is in quotes or one letter.
 */
export function parseTerms(text: string): Term[] {
  const pieces = [...text.matchAll(quoted)].slice(0, mostTerms);
  return pieces.flatMap(([piece, quote, phrase], index) => {
    const isPhrase = quote !== undefined;
    const words = sequence(isPhrase ? (phrase ?? "").replaceAll(/\\(.)/gsu, "$1") : piece);
    const last = words.at(-1);
    if (last === undefined) return [];
    const mayBeBegun = !isPhrase && index === pieces.length - 1 && last.length > 1;
    return [{ words, isOpen: mayBeBegun || isOneCharacter(last) }];
  });
}

/** Of a script without gaps, where it is found as the first of a pair. */
function isOneCharacter(word: string): boolean {
  return /^\p{Lo}$/u.test(word);
}

/** The last character of a row is in its last pair already. */
function sequence(text: string): string[] {
  const words = wordsOf(text);
  return words.filter((word, index) => !isRest(words[index - 1], word)).map(({ word }) => word);
}

/** Whether a word is the single character that ends a row of pairs. */
function isRest(before: Word | undefined, word: Word): boolean {
  return before !== undefined && before.end === word.end && before.start < word.start;
}

/** False for what cannot hold a term: a text of ASCII that nowhere has its letters. Cheaper than to take it apart. */
export function mayHold(text: string, { words: [first = ""] }: Term): boolean {
  return !isAscii(text) || text.toLowerCase().includes(first);
}

/** Where a term stands in a text the first time from word `from` on: its first and last word. */
export function findTerm(
  words: readonly Word[],
  term: Term,
  from: number,
): { first: number; last: number } | undefined {
  const last = term.words.length - 1;
  for (let first = from; first + last < words.length; first++) {
    const isHere = term.words.every((wanted, index) => {
      const word = words[first + index]?.word ?? "";
      return index === last && term.isOpen ? word.startsWith(wanted) : word === wanted;
    });
    if (isHere) return { first, last: first + last };
  }
  return undefined;
}

/**
 * What counts as a word when mail is searched: letters and digits between anything else, without case and without accents.
 * Where words are written without gaps each two neighbouring characters are one, and the last of a row by itself, so that
 * any part of it is found.
 */

/** A word where it stands in the text, in UTF-16 units. */
export interface Word {
  word: string;
  start: number;
  end: number;
}

/** Longer ones are cut: a line of base64 is nothing that anybody searches for whole. */
const longestWord = 40;

const runs = /[\p{L}\p{N}\p{M}]+/gu;
/** Scripts that are written without gaps between words. */
const gapless =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー]+/gu;

export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** The words of a text in their order. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const run of text.matchAll(runs)) {
    if (isAscii(run[0])) addWord(words, run[0], run.index);
    else addRun(words, run[0], run.index);
  }
  return words;
}

function addRun(words: Word[], run: string, start: number): void {
  let done = 0;
  for (const part of run.matchAll(gapless)) {
    addWord(words, run.slice(done, part.index), start + done);
    addPairs(words, part[0], start + part.index);
    done = part.index + part[0].length;
  }
  addWord(words, run.slice(done), start + done);
}

function addWord(words: Word[], text: string, start: number): void {
  const word = foldWord(text);
  if (word !== "") words.push({ word, start, end: start + text.length });
}

function addPairs(words: Word[], text: string, start: number): void {
  const characters = [...text];
  let at = start;
  for (const [index, character] of characters.entries()) {
    const pair = character + (characters[index + 1] ?? "");
    const word = foldWord(pair);
    if (word !== "") words.push({ word, start: at, end: at + pair.length });
    at += character.length;
  }
}

/** Accents and points of alphabets; not the signs by which other scripts write vowels. */
const accents = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]/g;
const apart: Readonly<Record<string, string>> = {
  ß: "ss",
  ẞ: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ı: "i",
  ς: "σ",
};

function foldWord(text: string): string {
  const lower = text.toLowerCase();
  return (isAscii(lower) ? lower : foldLetters(lower)).slice(0, longestWord);
}

function foldLetters(lower: string): string {
  return lower
    .normalize("NFKD")
    .replaceAll(accents, "")
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]/gu, "")
    .replaceAll(/[ßẞæœøđðþłħıς]/g, (letter) => apart[letter] ?? letter);
}

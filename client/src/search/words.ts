/**
 * What is searched for in a text. Words are runs of letters and digits, so hosts, names of files and numbers with signs
 * in them are several words; an e-mail address is one more word besides its parts.
 *
 * Chinese, Japanese and Korean are searched by every two characters that follow each other, Thai and other scripts
 * without spaces by every three. A dictionary would do it with fewer, but browsers have different ones, and devices
 * share what they have indexed: the terms of a text must be the same on all of them.
 */
import { charClass, classOf } from "./char-class.ts";
import { fold } from "./fold.ts";

/** UTF-16 units that are kept of a longer word. */
export const longestWord = 40;
const longestLocalPart = 64;
const longestHost = 255;

/** What `scanWords` meets. `start` and `end` are places in the text, `end` behind the last. */
export interface WordSink {
  /** A word or an emoji, folded. */
  word(term: string, start: number, end: number): void;
  /** A whole e-mail address, folded. Its words come as well. */
  address(term: string, start: number, end: number): void;
  /** Characters that follow each other in a script without spaces, each folded; searched by `gramSize` at a time. */
  run(units: readonly string[], bounds: readonly Bounds[], gramSize: number): void;
}

export interface Bounds {
  start: number;
  end: number;
}

const { other, word, mark, ideograph, unspaced, picture, flag, ignored } = charClass;

/** For the first 128 characters: 1 a letter or digit in its folded form, 2 a capital, 0 parts words. */
const ascii = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[a-z0-9]/.test(char) ? 1 : /[A-Z]/.test(char) ? 2 : 0;
});
const atSign = 0x40;

/** Goes through a text once, in its order. */
export function scanWords(text: string, sink: WordSink): void {
  const { length } = text;
  let at = 0;
  let flagStart = -1;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code < 128) {
      if (ascii[code] !== 0) at = scanWord(text, at, sink);
      else {
        if (code === atSign) findAddress(text, at, sink);
        at++;
      }
      continue;
    }
    const point = text.codePointAt(at) ?? code;
    const end = at + (point > 0xffff ? 2 : 1);
    const kind = classOf(point);
    if (kind === word) at = scanWord(text, at, sink);
    else if (kind === ideograph || kind === unspaced) at = scanRun(text, at, kind, sink);
    else {
      if (kind === picture) sink.word(text.slice(at, end), at, end);
      if (kind === flag && flagStart >= 0) {
        sink.word(text.slice(flagStart, end), flagStart, end);
        flagStart = -1;
      } else flagStart = kind === flag ? at : -1;
      at = end;
    }
  }
}

/** Goes over the word that begins at `start`, and gives its end. */
function scanWord(text: string, start: number, sink: WordSink): number {
  const { length } = text;
  let at = start;
  let isFolded = true;
  let isAscii = true;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code < 128) {
      const kind = ascii[code];
      if (kind === 0) break;
      if (kind === 2) isFolded = false;
      at++;
      continue;
    }
    const point = text.codePointAt(at) ?? code;
    const kind = classOf(point);
    if (kind !== word && kind !== mark && kind !== ignored) break;
    isAscii = false;
    at += point > 0xffff ? 2 : 1;
  }
  const found = text.slice(start, at);
  const term = cut(!isAscii ? fold(found) : isFolded ? found : found.toLowerCase());
  if (term !== "") sink.word(term, start, at);
  return at;
}

function scanRun(text: string, start: number, kind: number, sink: WordSink): number {
  const units: string[] = [];
  const bounds: Bounds[] = [];
  let at = start;
  while (at < text.length) {
    const [from, first] = [at, text.codePointAt(at) ?? 0];
    if (classOf(first) !== kind) break;
    at += first > 0xffff ? 2 : 1;
    at = endOfMarks(text, at);
    const raw = text.slice(from, at);
    const unit = at - from === 1 && isPlain(first) ? raw : fold(raw);
    if (unit === "") continue;
    units.push(unit);
    bounds.push({ start: from, end: at });
  }
  if (units.length > 0) sink.run(units, bounds, kind === ideograph ? 2 : 3);
  return at;
}

function endOfMarks(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    const kind = point < 128 ? other : classOf(point);
    if (kind !== mark && kind !== ignored) break;
    at += point > 0xffff ? 2 : 1;
  }
  return at;
}

/** Characters that folding leaves as they are: most of what is written in Chinese, Japanese and Korean. */
function isPlain(code: number): boolean {
  return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3);
}

/** The address around the sign “@” at this place, if it is one. */
function findAddress(text: string, at: number, sink: WordSink): void {
  let start = at;
  while (start > 0 && at - start < longestLocalPart && isOfAddress(text, start - 1, "+_%")) start--;
  while (start < at && !isLetter(text, start)) start++;
  let end = at + 1;
  while (end < text.length && end - at <= longestHost && isOfAddress(text, end, "")) end++;
  while (end > at + 1 && !isLetter(text, end - 1)) end--;
  if (start === at || end === at + 1) return;
  const local = text.slice(start, at);
  const host = text.slice(at, end);
  sink.address(cut(fold(local + host)), start, end);
  const [withoutTag = ""] = local.split("+", 1);
  if (withoutTag !== local && withoutTag !== "") sink.address(cut(fold(withoutTag + host)), start, end);
}

function isOfAddress(text: string, at: number, more: string): boolean {
  const char = text.charAt(at);
  return char === "." || char === "-" || isLetter(text, at) || (more !== "" && more.includes(char));
}

/** One unit of it: letters beyond the first plane stand in no address. */
function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return ascii[code] !== 0;
  const kind = classOf(code);
  return kind === word || kind === mark || kind === ideograph || kind === unspaced;
}

/** No more than `longestWord`, and no half of a character at the end. */
function cut(term: string): string {
  if (term.length <= longestWord) return term;
  const last = term.charCodeAt(longestWord - 1);
  return term.slice(0, last >= 0xd800 && last < 0xdc00 ? longestWord - 1 : longestWord);
}

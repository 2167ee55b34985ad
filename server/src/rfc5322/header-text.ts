/** The pieces that header fields are made of (RFC 5322 §3.2): folds, comments, quoted strings. */
import { decodeWords } from "./encoded-words.ts";

/** A field's value on one line. */
export function unfold(raw: string): string {
  return raw.replaceAll(/[\r\n]+/g, "");
}

/** The Text form (RFC 8621 §4.1.2.2). */
export function parseText(raw: string): string {
  return decodeWords(unfold(raw).replace(/^ +/, "")).normalize("NFC");
}

/** Where the comment or quoted string that opens at `start` has ended: the place after it, or the end of the text. */
export function endOfQuote(text: string, start: number): number {
  const isComment = text[start] === "(";
  let depth = 1;
  let at = start + 1;
  for (; at < text.length && depth > 0; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (isComment && character === "(") depth++;
    else if (character === (isComment ? ")" : '"')) depth--;
  }
  return Math.min(at, text.length);
}

/** The text without its comments; where one stood between two words, a space is left. */
export function withoutComments(text: string): string {
  if (!text.includes("(")) return text;
  let rest = "";
  for (let at = 0; at < text.length; ) {
    const character = text[at];
    const end = character === "(" || character === '"' ? endOfQuote(text, at) : at + 1;
    rest += character === "(" ? " " : text.slice(at, end);
    at = end;
  }
  return rest;
}

/** What a quoted string or comment says: without its marks, quoted pairs as what they stand for. */
export function unquote(quoted: string): string {
  const isClosed = quoted.length > 1 && /["')]$/.test(quoted) && !isEscapedAt(quoted, quoted.length - 1);
  return quoted.slice(1, isClosed ? -1 : undefined).replaceAll(/\\(.)/gs, "$1");
}

function isEscapedAt(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === "\\") before--;
  return (at - before) % 2 === 0;
}

/** Ids in angle brackets (RFC 5322 §3.6.4), with or without phrases between them; undefined when there is none. */
export function findMessageIds(raw: string): string[] | undefined {
  const ids = bracketed(withoutComments(unfold(raw)));
  return ids.length === 0 ? undefined : ids;
}

/** URLs in angle brackets (RFC 2369 §2); undefined when there is none. */
export function findUrls(raw: string): string[] | undefined {
  const urls = bracketed(withoutComments(unfold(raw)));
  return urls.length === 0 ? undefined : urls;
}

function bracketed(text: string): string[] {
  return [...text.matchAll(/<([^<>]*)>/g)]
    .map(([, inside = ""]) => inside.replaceAll(/\s+/g, ""))
    .filter((inside) => inside !== "");
}

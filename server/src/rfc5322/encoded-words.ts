/** Encoded words: text beyond ASCII in header fields (RFC 2047, with the language of RFC 2231 §5). */
import { decodeCharset, knowsCharset } from "./charset.ts";

interface EncodedWord {
  charset: string;
  bytes: Uint8Array;
}

/**
 * Text of a header field with its encoded words decoded, each where white space or an end stands around it: what only
 * looks like one stays as it is (RFC 8621 §4.1.2.2). White space between two of them is none. Control characters inside
 * them are dropped.
 */
export function decodeWords(text: string): string {
  if (!text.includes("=?")) return text;
  let decoded = "";
  let run: EncodedWord[] = [];
  let gap = "";
  for (const piece of text.split(/([ \t\r\n]+)/)) {
    if (piece === "") continue;
    if (/^[ \t\r\n]/.test(piece)) {
      gap = piece;
      continue;
    }
    const word = parseWord(piece);
    if (word === undefined) {
      decoded += decodeRun(run) + gap + piece;
      run = [];
    } else {
      if (run.length === 0) decoded += gap;
      run.push(word);
    }
    gap = "";
  }
  return decoded + decodeRun(run) + gap;
}

/** One encoded word, whole; undefined for what is none, or has a charset that is not known. */
function parseWord(text: string): EncodedWord | undefined {
  const match = /^=\?([^?*\s]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=$/.exec(text);
  if (match === null) return undefined;
  const [, charset = "", encoding = "", encoded = ""] = match;
  if (!knowsCharset(charset)) return undefined;
  const bytes = encoding.toLowerCase() === "b" ? fromBase64(encoded) : fromQ(encoded);
  return bytes && { charset: charset.toLowerCase(), bytes };
}

/** Words of one charset are put together first: many programs cut in the middle of a character. */
function decodeRun(words: readonly EncodedWord[]): string {
  let text = "";
  for (let at = 0; at < words.length; ) {
    const charset = words[at]?.charset ?? "";
    const from = at;
    while (words[at]?.charset === charset) at++;
    const bytes = Buffer.concat(words.slice(from, at).map((word) => word.bytes));
    text += decodeCharset(bytes, charset).value;
  }
  return text.replaceAll(/\p{Cc}/gu, "");
}

function fromBase64(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

function fromQ(text: string): Uint8Array | undefined {
  if (/=(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const bytes: number[] = [];
  for (const [piece] of text.matchAll(/=..|./gsu)) {
    if (piece.startsWith("=")) bytes.push(Number.parseInt(piece.slice(1), 16));
    else if (piece === "_") bytes.push(0x20);
    else bytes.push(...Buffer.from(piece, "utf8"));
  }
  return Uint8Array.from(bytes);
}

/** The most characters of an encoded word, and what `=?utf-8?B?` and `?=` leave of them for base64. */
const mostBase64 = 60;
const bytesPerWord = (mostBase64 / 4) * 3;

/** Text as encoded words, each of whole characters. */
export function encodeWords(text: string): string[] {
  const words: string[] = [];
  let piece = "";
  let sizeBytes = 0;
  for (const character of text) {
    const more = Buffer.byteLength(character);
    if (sizeBytes + more > bytesPerWord) {
      words.push(encodeWord(piece));
      piece = "";
      sizeBytes = 0;
    }
    piece += character;
    sizeBytes += more;
  }
  if (piece !== "") words.push(encodeWord(piece));
  return words;
}

function encodeWord(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
}

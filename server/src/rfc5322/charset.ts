import type { BodyText } from "./mail.ts";

type Decoder = InstanceType<typeof TextDecoder>;

const decoders = new Map<string, Decoder | undefined>();
const mostDecoders = 100;

const strict = new TextDecoder("utf-8", { fatal: true });
const lenient = new TextDecoder("utf-8");
const western = new TextDecoder("windows-1252");

/**
 * Bytes of a charset as text (RFC 8621 §4.1.4). What says nothing of its charset, or that it is ASCII, is read as UTF-8
 * when it is that, because most mail today is. Never throws: what is malformed becomes U+FFFD, and what has a charset
 * that is not known is read as UTF-8 or, when it is none, as the Western one; both are told of.
 */
export function decodeCharset(bytes: Uint8Array, charset: string | undefined): BodyText {
  const label = (charset ?? "us-ascii").trim().toLowerCase();
  if (isAscii(label) || isUtf8(label)) {
    const text = tryUtf8(bytes);
    if (text !== undefined) return { value: text, isEncodingProblem: false };
    const decoder = isAscii(label) ? western : lenient;
    return { value: decoder.decode(bytes), isEncodingProblem: true };
  }
  const decoder = findDecoder(label);
  if (decoder === undefined) {
    return { value: tryUtf8(bytes) ?? western.decode(bytes), isEncodingProblem: true };
  }
  const value = decoder.decode(bytes);
  return { value, isEncodingProblem: value.includes("\ufffd") };
}

const plainBreak = Buffer.from("\r\n");
const wideBreak = Buffer.from("\r\n", "utf16le");
const wideBreakBigFirst = Buffer.from(wideBreak).swap16();

/** What CRLF is in a charset: all that are read here but UTF-16 have it as ASCII does. */
export function lineBreakIn(charset: string | undefined): Uint8Array {
  const label = (charset ?? "us-ascii").trim().toLowerCase();
  const encoding = isAscii(label) || isUtf8(label) ? "utf-8" : findDecoder(label)?.encoding;
  if (encoding === "utf-16le") return wideBreak;
  return encoding === "utf-16be" ? wideBreakBigFirst : plainBreak;
}

/** Whether bytes of this charset can be read. */
export function knowsCharset(charset: string): boolean {
  const label = charset.trim().toLowerCase();
  return isAscii(label) || isUtf8(label) || findDecoder(label) !== undefined;
}

function isAscii(label: string): boolean {
  return label === "us-ascii" || label === "ascii" || label === "";
}

function isUtf8(label: string): boolean {
  return label === "utf-8" || label === "utf8";
}

function tryUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Undefined for a charset that is not known. A mail makes up as many names as it likes: only so many are remembered. */
function findDecoder(label: string): Decoder | undefined {
  if (decoders.has(label)) return decoders.get(label);
  if (decoders.size >= mostDecoders) decoders.clear();
  const decoder = makeDecoder(label) ?? makeDecoder(aliasOf(label));
  decoders.set(label, decoder);
  return decoder;
}

function makeDecoder(label: string): Decoder | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}

/** Names that mail programs use and that the platform writes otherwise: code pages by their number, `x-` in front. */
function aliasOf(label: string): string {
  const bare = label.replace(/^x-/, "");
  const page = /^(?:cp|windows-?|ms)-?(\d{3,4})$/.exec(bare)?.[1];
  if (page === undefined) return bare;
  return codePages[page] ?? `windows-${page}`;
}

const codePages: Readonly<Record<string, string>> = {
  "932": "shift_jis",
  "936": "gbk",
  "949": "euc-kr",
  "950": "big5",
  "874": "windows-874",
  "866": "ibm866",
};

/** Content-Type, Content-Disposition and their like: a value with parameters (RFC 2045 §5.1, RFC 2183, RFC 2231). */
import { decodeCharset } from "./charset.ts";
import { decodeWords } from "./encoded-words.ts";
import { endOfQuote, unfold, unquote, withoutComments } from "./header-text.ts";

export interface ContentField {
  /** In lower case. */
  value: string;
  /** By names in lower case; the first of two of one name counts. */
  parameters: ReadonlyMap<string, string>;
}

const mostParameters = 200;

/** Never throws; what cannot be read is left out. */
export function parseContentField(raw: string): ContentField {
  const [value = "", ...rest] = splitAtSemicolons(withoutComments(unfold(raw)));
  const written = new Map<string, string>();
  for (const piece of rest.slice(0, mostParameters)) {
    const equals = piece.indexOf("=");
    if (equals < 0) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    if (!written.has(name)) written.set(name, piece.slice(equals + 1).trim());
  }
  return { value: value.trim().toLowerCase(), parameters: joinParameters(written) };
}

/** The name of a file, whichever way it is encoded. */
export function findFileName(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  const decoded = decodeWords(value)
    .replaceAll(/\p{Cc}/gu, "")
    .normalize("NFC");
  return decoded === "" ? undefined : decoded;
}

function splitAtSemicolons(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const character = text[at];
    if (character === ";") {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
    at = character === '"' ? endOfQuote(text, at) : at + 1;
  }
  return [...pieces, text.slice(from)];
}

/** Puts together what RFC 2231 lets be cut in sections and encoded: `name*0`, `name*1*`, `name*`. */
function joinParameters(written: ReadonlyMap<string, string>): Map<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of written) {
    const star = name.indexOf("*");
    if (star < 0) {
      if (!joined.has(name)) joined.set(name, bare(value));
      continue;
    }
    const base = name.slice(0, star);
    const isFirst = /^\*(?:0\*?)?$/.test(name.slice(star));
    // What is encoded says more than the plain one that stands beside it for older readers.
    if (isFirst) joined.set(base, joinSections(written, base));
  }
  return joined;
}

function joinSections(written: ReadonlyMap<string, string>, base: string): string {
  const whole = written.get(`${base}*`);
  if (whole !== undefined) {
    const { charset, text } = splitCharset(bare(whole));
    return decodeCharset(percentDecode(text), charset).value;
  }
  const pieces: Uint8Array[] = [];
  let charset: string | undefined;
  for (let section = 0; ; section++) {
    const encoded = written.get(`${base}*${section}*`);
    const plain = written.get(`${base}*${section}`);
    if (encoded === undefined && plain === undefined) break;
    if (encoded === undefined) {
      pieces.push(Buffer.from(bare(plain ?? "")));
      continue;
    }
    const split: { charset?: string; text: string } =
      section === 0 ? splitCharset(bare(encoded)) : { text: bare(encoded) };
    charset ??= split.charset;
    pieces.push(percentDecode(split.text));
  }
  return decodeCharset(Buffer.concat(pieces), charset ?? "utf-8").value;
}

/** `utf-8'en'a%20b`. */
function splitCharset(text: string): { charset: string; text: string } {
  const match = /^([^']*)'[^']*'(.*)$/s.exec(text);
  return match === null ? { charset: "utf-8", text } : { charset: match[1] ?? "", text: match[2] ?? "" };
}

function percentDecode(text: string): Uint8Array {
  const pieces = text.split(/(%[0-9A-Fa-f]{2})/);
  return Buffer.concat(
    pieces.map((piece, index) =>
      index % 2 === 1 ? Uint8Array.of(Number.parseInt(piece.slice(1), 16)) : Buffer.from(piece),
    ),
  );
}

function bare(value: string): string {
  return value.startsWith('"') ? unquote(value.slice(0, endOfQuote(value, 0))) : value;
}

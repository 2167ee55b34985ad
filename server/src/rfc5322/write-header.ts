/**
 * Header fields as they are written (RFC 5322 §2.2, RFC 2047): what stands after the colon, folded, in ASCII but for
 * addresses beyond it (RFC 6532).
 */
import { encodeWords } from "./encoded-words.ts";
import type { EmailAddress, EmailAddressGroup } from "./mail.ts";

const lineLength = 76;
/** RFC 5322 §2.1.1 allows 998. */
const longestWord = 900;

/** Whether a value in Raw form can be written: no line of it begins a field of its own, and nothing ends the header. */
export function isRawValue(raw: string): boolean {
  return !/\0|\r(?!\n)|(?<!\r)\n|\r\n(?![ \t])|\r\n[ \t]*(?:\r\n|$)/.test(raw) && raw.isWellFormed();
}

/** The Text form. */
export function writeText(name: string, text: string): string {
  const isPlain =
    /^[\x20-\x7e]*$/.test(text) &&
    !/^ | $|=\?/.test(text) &&
    text.split(" ").every((word) => word.length <= longestWord);
  return fold(name, isPlain ? text.split(/(?<=[^ ])(?= )/) : spaced(encodeWords(text)));
}

export function writeAddresses(name: string, addresses: readonly EmailAddress[]): string {
  return fold(name, commaSeparated(addresses));
}

export function writeGroups(name: string, groups: readonly EmailAddressGroup[]): string {
  const pieces = groups.flatMap((group, index) => {
    const isLast = index === groups.length - 1;
    if (group.name === null) return withComma(commaSeparated(group.addresses), isLast);
    const begin = phrase(group.name);
    const end = isLast ? ";" : ";,";
    const members = group.addresses.length === 0 ? [] : commaSeparated(group.addresses).map(leadBySpace);
    return closeWith([...begin.slice(0, -1), `${begin.at(-1)}:`, ...members], end).map((piece, at) =>
      at === 0 && index > 0 ? leadBySpace(piece) : piece,
    );
  });
  return fold(name, pieces);
}

export function writeMessageIds(name: string, ids: readonly string[]): string {
  return fold(name, spaced(ids.map((id) => `<${id}>`)));
}

export function writeUrls(name: string, urls: readonly string[]): string {
  return fold(name, spaced(urls.map((url, index) => `<${url}>${index < urls.length - 1 ? "," : ""}`)));
}

/** Content-Type and its like: a value and its parameters, each in ASCII or as RFC 2231 has it. */
export function writeContentField(
  name: string,
  value: string,
  parameters: readonly (readonly [name: string, value: string])[],
): string {
  const pieces = parameters.flatMap(([parameter, text]) => writeParameter(parameter, text));
  return fold(
    name,
    [value, ...pieces.map(leadBySpace)].map((piece, index) => (index < pieces.length ? `${piece};` : piece)),
  );
}

/** So many characters of a parameter's value in one section. */
const sectionLength = 50;

function writeParameter(name: string, value: string): string[] {
  if (/^[\x20-\x7e]*$/.test(value) && value.length <= sectionLength) {
    return [`${name}="${value.replaceAll(/["\\]/g, "\\$&")}"`];
  }
  const encoded = [...new TextEncoder().encode(value)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  const sections: string[] = [];
  let section = "";
  for (const piece of encoded) {
    if (section.length + piece.length > sectionLength) {
      sections.push(section);
      section = "";
    }
    section += piece;
  }
  sections.push(section);
  if (sections.length === 1) return [`${name}*=utf-8''${section}`];
  return sections.map((text, index) => `${name}*${index}*=${index === 0 ? "utf-8''" : ""}${text}`);
}

/** `a <b@c>, d@e`, in the pieces between which a line may break. */
function commaSeparated(addresses: readonly EmailAddress[]): string[] {
  return addresses.flatMap(({ name, email }, index) => {
    const spec = name === null ? [bareAddress(email)] : [...phrase(name), ` <${email}>`];
    const pieces = withComma(spec, index === addresses.length - 1);
    return index === 0 ? pieces : [leadBySpace(pieces[0] ?? ""), ...pieces.slice(1)];
  });
}

/** What might be taken for something else stands in brackets. */
function bareAddress(email: string): string {
  return /^[^\s"(),:;<>@[\]\\]+@[^\s"(),:;<>@[\]\\]+$/.test(email) ? email : `<${email}>`;
}

/** A display name (RFC 5322 §3.2.5) in the pieces between which a line may break. */
function phrase(name: string): string[] {
  if (/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(name) && isShort(name)) {
    return name.split(/(?<=[^ ])(?= )/);
  }
  if (/^[\x20-\x7e]*$/.test(name) && isShort(name) && name.trim() === name) {
    return [`"${name.replaceAll(/["\\]/g, "\\$&")}"`];
  }
  return spaced(encodeWords(name));
}

function isShort(name: string): boolean {
  return !name.includes("=?") && name.length <= lineLength;
}

function withComma(pieces: readonly string[], isLast: boolean): string[] {
  return closeWith(pieces, isLast ? "" : ",");
}

function closeWith(pieces: readonly string[], end: string): string[] {
  return pieces.map((piece, index) => (index === pieces.length - 1 ? piece + end : piece));
}

function spaced(words: readonly string[]): string[] {
  return words.map((word, index) => (index === 0 ? word : ` ${word}`));
}

function leadBySpace(piece: string): string {
  return piece.startsWith(" ") ? piece : ` ${piece}`;
}

/** Pieces in lines: a break goes before a piece that begins with a space. */
function fold(name: string, pieces: readonly string[]): string {
  let written = " ";
  let column = name.length + 2;
  for (const piece of pieces) {
    if (piece.startsWith(" ") && column + piece.length > lineLength && column > 1) {
      written += "\r\n";
      column = 0;
    }
    written += piece;
    column += piece.length;
  }
  return written;
}

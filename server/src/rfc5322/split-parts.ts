/**
 * A mail cut into its parts (RFC 2046 §5.1), in one pass over its bytes however deep they are nested: at each line that
 * may be a boundary, the open multiparts are asked, the innermost first.
 */
import { type ContentField, parseContentField } from "./content-field.ts";
import { mailLimits } from "./limits.ts";
import type { MailHeader } from "./mail.ts";
import { type HeaderRoom, readHeaders } from "./read-headers.ts";

/** A part as it lies in the mail. */
export interface RawPart {
  headers: readonly MailHeader[];
  /** The type it has, stated or implied, in lower case. */
  type: string;
  contentType: ContentField | undefined;
  /** What it has of content, still encoded; of a multipart that could be cut, undefined. */
  body: Buffer;
  children: readonly RawPart[] | undefined;
}

interface Delimiter {
  /** Which of the open multiparts it belongs to. */
  level: number;
  isLast: boolean;
  /** Where the line begins, the line before it ends, and the next begins. */
  start: number;
  next: number;
}

interface Cursor {
  bytes: Buffer;
  boundaries: Buffer[];
  at: number;
  partsLeft: number;
  room: HeaderRoom;
}

const dash = 0x2d;
const lineFeed = 0x0a;
/** RFC 2046 allows 70 characters; programs have written more. */
const longestBoundary = 250;

export function splitParts(bytes: Uint8Array): RawPart {
  const cursor: Cursor = {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    boundaries: [],
    at: 0,
    partsLeft: mailLimits.parts,
    room: { bytes: mailLimits.headerBytes, fields: mailLimits.headerFields },
  };
  return readPart(cursor, "text/plain").part;
}

/** The part that begins at the cursor, and the delimiter of an outer multipart that ends it. */
function readPart(cursor: Cursor, implicitType: string): { part: RawPart; end: Delimiter | undefined } {
  const { bytes, boundaries } = cursor;
  const block = readHeaders(bytes, cursor.at, cursor.room, (line) => delimiterAt(cursor, line) !== undefined);
  cursor.at = block.end;
  const contentType = contentTypeOf(block.headers);
  const type = typeOf(contentType, implicitType);
  const boundary = contentType?.parameters.get("boundary")?.replace(/[ \t]+$/, "") ?? "";
  const canSplit =
    type.startsWith("multipart/") &&
    boundary !== "" &&
    boundary.length <= longestBoundary &&
    boundaries.length < mailLimits.depth;
  const part = { headers: block.headers, type, contentType };
  if (!canSplit) {
    const { end, body } = readBody(cursor, block.end);
    return { part: { ...part, ...asLeaf(type), body, children: undefined }, end };
  }
  const { children, end } = readChildren(cursor, boundary, type);
  if (children.length > 0) return { part: { ...part, body: Buffer.alloc(0), children }, end };
  const body = bytes.subarray(block.end, contentEnd(bytes, block.end, end));
  return { part: { ...part, ...asLeaf(type), body, children: undefined }, end };
}

function readChildren(
  cursor: Cursor,
  boundary: string,
  type: string,
): { children: RawPart[]; end: Delimiter | undefined } {
  const level = cursor.boundaries.length;
  const children: RawPart[] = [];
  const implicitType = type === "multipart/digest" ? "message/rfc822" : "text/plain";
  cursor.boundaries.push(Buffer.from(boundary));
  let delimiter = nextDelimiter(cursor);
  while (delimiter !== undefined && delimiter.level === level && !delimiter.isLast) {
    cursor.partsLeft -= 1;
    const child = readPart(cursor, implicitType);
    children.push(child.part);
    delimiter = child.end;
  }
  cursor.boundaries.pop();
  // What stands behind the last delimiter is for nobody.
  const isOver = delimiter?.level === level;
  return { children, end: isOver ? nextDelimiter(cursor) : delimiter };
}

function readBody(cursor: Cursor, start: number): { end: Delimiter | undefined; body: Buffer } {
  const end = nextDelimiter(cursor);
  return { end, body: cursor.bytes.subarray(start, contentEnd(cursor.bytes, start, end)) };
}

/** The line break before a delimiter belongs to the delimiter. */
function contentEnd(bytes: Buffer, start: number, delimiter: Delimiter | undefined): number {
  if (delimiter === undefined) return bytes.length;
  let end = delimiter.start;
  if (end > start && bytes[end - 1] === lineFeed) end--;
  if (end > start && bytes[end - 1] === 0x0d) end--;
  return Math.max(start, end);
}

/** The next delimiter of any open multipart; the cursor then is behind it, or at the end when there is none. */
function nextDelimiter(cursor: Cursor): Delimiter | undefined {
  const { bytes } = cursor;
  let line = cursor.at;
  while (line < bytes.length && cursor.partsLeft > 0) {
    const delimiter = delimiterAt(cursor, line);
    if (delimiter !== undefined) {
      cursor.at = delimiter.next;
      return delimiter;
    }
    const next = nextDashes(bytes, line);
    if (next === undefined) break;
    line = next;
  }
  cursor.at = bytes.length;
  return undefined;
}

/** So far the next line is looked for byte by byte: where many lines begin with dashes, each search costs more than that. */
const nearBytes = 4096;

/** Where the next line begins that begins with two dashes. */
function nextDashes(bytes: Buffer, start: number): number | undefined {
  const near = Math.min(start + nearBytes, bytes.length);
  for (let at = start; at < near; at++) {
    if (bytes[at] === lineFeed && bytes[at + 1] === dash && bytes[at + 2] === dash) return at + 1;
  }
  const feed = bytes.indexOf("\n--", near, "latin1");
  return feed < 0 ? undefined : feed + 1;
}

function delimiterAt(cursor: Cursor, start: number): Delimiter | undefined {
  const { bytes, boundaries } = cursor;
  if (bytes[start] !== dash || bytes[start + 1] !== dash) return undefined;
  if (boundaries.length === 0 || cursor.partsLeft <= 0) return undefined;
  for (let level = boundaries.length - 1; level >= 0; level--) {
    const end = endOfBoundary(bytes, start + 2, boundaries[level]);
    if (end === undefined) continue;
    const isLast = bytes[end] === dash && bytes[end + 1] === dash;
    const next = endOfBlankLine(bytes, isLast ? end + 2 : end, start + longestBoundary + 100);
    if (next !== undefined) return { level, isLast, start, next };
  }
  return undefined;
}

/** Where a boundary ends that begins there. */
function endOfBoundary(bytes: Buffer, start: number, boundary: Buffer | undefined): number | undefined {
  if (boundary === undefined) return undefined;
  for (let at = 0; at < boundary.length; at++) {
    if (bytes[start + at] !== boundary[at]) return undefined;
  }
  return start + boundary.length;
}

/** Where the next line begins, when nothing but white space is left of this one, and that ends before `limit`. */
function endOfBlankLine(bytes: Buffer, start: number, limit: number): number | undefined {
  for (let at = start; at < limit; at++) {
    const byte = bytes[at];
    if (byte === undefined) return bytes.length;
    if (byte === lineFeed) return at + 1;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return undefined;
  }
  return undefined;
}

/** The first counts, so that every reader of ours sees the same. */
function contentTypeOf(headers: readonly MailHeader[]): ContentField | undefined {
  const header = headers.find(({ name }) => name.toLowerCase() === "content-type");
  return header && parseContentField(header.value);
}

/** What is no type at all is read as plain text (RFC 2045 §5.2). */
function typeOf(contentType: ContentField | undefined, implicitType: string): string {
  if (contentType === undefined) return implicitType;
  return /^[!#$&^_.+\-'*`{|}~%a-z0-9]+\/[!#$&^_.+\-'*`{|}~%a-z0-9]+$/.test(contentType.value)
    ? contentType.value
    : "text/plain";
}

/** A multipart that cannot be cut, or is nested too deep, is shown as the text that it is. */
function asLeaf(type: string): { type: string } {
  return { type: type.startsWith("multipart/") ? "text/plain" : type };
}

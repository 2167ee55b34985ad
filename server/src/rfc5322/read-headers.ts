import type { MailHeader } from "./mail.ts";

const decoder = new TextDecoder("utf-8");
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;

export interface HeaderBlock {
  headers: readonly MailHeader[];
  /** Where the body begins. */
  end: number;
}

/** What is left of the mail's limits. */
export interface HeaderRoom {
  bytes: number;
  fields: number;
}

/**
 * The header fields that begin at `start`, up to an empty line, to a line at which `isEnd`, or to the end. Lines that are
 * no header field are passed over, as the `From ` of an mbox is. What is in no known charset has U+FFFD in its place,
 * and NUL is dropped (RFC 8621 §4.1.2.1).
 */
export function readHeaders(
  bytes: Buffer,
  start: number,
  room: HeaderRoom,
  isEnd: (lineStart: number) => boolean,
): HeaderBlock {
  const headers: MailHeader[] = [];
  let at = start;
  let field: { from: number; to: number } | undefined;
  const endField = () => {
    const header = field && readField(bytes, field.from, field.to, room);
    if (header !== undefined) headers.push(header);
    field = undefined;
  };
  while (at < bytes.length && !isEnd(at)) {
    const feed = endOfLine(bytes, at);
    const next = Math.min(feed + 1, bytes.length);
    const hasReturn = feed < bytes.length && feed > at && bytes[feed - 1] === carriageReturn;
    const lineEnd = hasReturn ? feed - 1 : feed;
    if (lineEnd === at) {
      at = next;
      break;
    }
    const isContinued = bytes[at] === 0x20 || bytes[at] === 0x09;
    if (isContinued && field !== undefined) {
      field.to = lineEnd;
    } else {
      endField();
      field = { from: at, to: lineEnd };
    }
    at = next;
  }
  endField();
  return { headers, end: at };
}

function readField(bytes: Buffer, from: number, to: number, room: HeaderRoom): MailHeader | undefined {
  if (to - from > room.bytes || room.fields === 0) return undefined;
  const nameEnd = endOfName(bytes, from, to);
  let end = nameEnd;
  while (end < to && (bytes[end] === 0x20 || bytes[end] === 0x09)) end++;
  if (nameEnd === from || end === to || bytes[end] !== colon) return undefined;
  const name = bytes.toString("latin1", from, nameEnd);
  room.bytes -= to - from;
  room.fields -= 1;
  return { name, value: decoder.decode(bytes.subarray(end + 1, to)).replaceAll("\0", "") };
}

/** Byte by byte: lines may be short and without number, and a search for each costs more than that. */
function endOfLine(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== lineFeed) at++;
  return at;
}

function endOfName(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isOfName(bytes[at] ?? 0)) at++;
  return at;
}

/** What is printed in ASCII, but for the colon (RFC 5322 §2.2). */
function isOfName(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== colon;
}

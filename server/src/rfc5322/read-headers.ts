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
    const feed = bytes.indexOf(lineFeed, at);
    const next = feed < 0 ? bytes.length : feed + 1;
    const lineEnd =
      feed < 0 ? bytes.length : bytes[feed - 1] === carriageReturn && feed > at ? feed - 1 : feed;
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
  const field = bytes.subarray(from, to);
  const end = field.indexOf(colon);
  if (end < 0) return undefined;
  const name = field.toString("latin1", 0, end).replace(/[ \t]+$/, "");
  if (!/^[!-9;-~]+$/.test(name)) return undefined;
  room.bytes -= to - from;
  room.fields -= 1;
  return { name, value: decoder.decode(field.subarray(end + 1)).replaceAll("\0", "") };
}

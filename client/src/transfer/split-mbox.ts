/**
 * A file of many mails (mbox, RFC 4155), read as it comes. A mail begins behind a line that begins with `From `; lines of it that
 * would be taken for one are quoted with `>` (“mboxrd”: any number of `>` gets one more, which is taken off here).
 */

export type MboxPart =
  /** As it was put in: with its own line ends, without the separating line and the empty line behind it. */
  { kind: "mail"; bytes: Uint8Array } | { kind: "tooLarge"; sizeBytes: number };

const newline = 0x0a;
const from = new TextEncoder().encode("From ");
/** A line that goes on for longer is no separator, and its end need not be waited for. */
const longestLine = 64 * 1024;

/**
 * The mails of an mbox, one at a time; of one larger than `mostBytes` only that it was there. What stands before the first
 * separator counts as a mail unless it is empty. Bytes given must not be written to again.
 */
export async function* splitMbox(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<MboxPart, void> {
  const box = openBox(mostBytes);
  let begun: Uint8Array | undefined;
  let isInside = false;
  for await (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      const end = piece.indexOf(newline, at);
      const some = piece.subarray(at, end < 0 ? undefined : end + 1);
      at = end < 0 ? piece.length : end + 1;
      if (isInside) {
        box.addRest(some);
        isInside = end < 0;
        continue;
      }
      const line = begun === undefined ? some : joined([begun, some]);
      begun = undefined;
      if (end < 0 && line.length < longestLine) {
        begun = line;
        continue;
      }
      const done = box.addLine(line);
      if (done !== undefined) yield done;
      isInside = end < 0;
    }
  }
  const done = begun && box.addLine(begun);
  if (done !== undefined) yield done;
  const last = box.end();
  if (last !== undefined) yield last;
}

/** Collects the lines of one mail after the other. */
function openBox(mostBytes: number) {
  let parts: Uint8Array[] = [];
  let size = 0;
  /** An empty line: the next mail's separator takes it away. */
  let blank: Uint8Array | undefined;
  let isAfterBlank = true;
  let isBegun = false;
  let isDated: boolean | undefined;

  const add = (bytes: Uint8Array) => {
    size += bytes.length;
    if (size <= mostBytes) parts.push(bytes);
    else parts = [];
  };
  const take = (): MboxPart | undefined => {
    const mail = { parts, size };
    parts = [];
    size = 0;
    blank = undefined;
    if (mail.size === 0) return undefined;
    return mail.size > mostBytes
      ? { kind: "tooLarge", sizeBytes: mail.size }
      : { kind: "mail", bytes: joined(mail.parts) };
  };

  return {
    /** What was complete before this line; a whole line, or the beginning of one that is too long to be a separator. */
    addLine(line: Uint8Array): MboxPart | undefined {
      if (isAfterBlank && isSeparator(line, isDated)) {
        isDated ??= hasDate(line);
        const done = take();
        isBegun = true;
        isAfterBlank = false;
        return done;
      }
      isAfterBlank = isEmpty(line);
      if (isAfterBlank && !isBegun && size === 0) return undefined;
      if (blank !== undefined) add(blank);
      blank = isAfterBlank ? line : undefined;
      if (!isAfterBlank) add(isQuoted(line) ? line.subarray(1) : line);
      return undefined;
    },
    addRest(bytes: Uint8Array): void {
      add(bytes);
    },
    end: take,
  };
}

/**
 * Whether a mail begins behind this line. Files whose first separator has a date have one in all: a sentence that begins with
 * “From ” and was not quoted is none then.
 */
function isSeparator(line: Uint8Array, isDated: boolean | undefined): boolean {
  return startsWith(line, from, 0) && line.length <= 1_000 && (isDated !== true || hasDate(line));
}

function hasDate(line: Uint8Array): boolean {
  return /\d{1,2}:\d{2}.*\b\d{4}\b|\b\d{4}\b.*\d{1,2}:\d{2}/.test(new TextDecoder("latin1").decode(line));
}

/** `>From `, with any number of `>`. */
function isQuoted(line: Uint8Array): boolean {
  let at = 0;
  while (line[at] === 0x3e) at++;
  return at > 0 && startsWith(line, from, at);
}

function isEmpty(line: Uint8Array): boolean {
  return line[0] === newline || (line[0] === 0x0d && line[1] === newline);
}

function startsWith(line: Uint8Array, what: Uint8Array, at: number): boolean {
  return what.every((byte, index) => line[at + index] === byte);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

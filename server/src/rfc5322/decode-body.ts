/** Content transfer encodings (RFC 2045 §6). */

export interface DecodedBody {
  bytes: Uint8Array;
  /** Something in it was not of its encoding, or the encoding is not known. */
  isMalformed: boolean;
}

/** Never throws: what is malformed is read as well as it can be, and what is of no known encoding is taken as it is. */
export function decodeBody(bytes: Uint8Array, encoding: string): DecodedBody {
  switch (encoding) {
    case "base64":
      return decodeBase64(bytes);
    case "quoted-printable":
      return decodeQuotedPrintable(bytes);
    default:
      return { bytes, isMalformed: !["", "7bit", "8bit", "binary"].includes(encoding) };
  }
}

/** Told of work on content: so many bytes were gone through, as much as decoding them is. It may throw. */
export type Spend = (sizeBytes: number) => void;

/** Whether what is of this encoding must be decoded. */
export function isCoded(encoding: string): boolean {
  return encoding === "base64" || encoding === "quoted-printable";
}

/** How many bytes `decodeBody` makes of these. */
export function decodedSize(bytes: Uint8Array, encoding: string, spend: Spend): number {
  if (!isCoded(encoding)) return bytes.length;
  if (encoding === "base64") {
    spend(bytes.length / 2);
    const count = countPlain(bytes);
    if (count !== undefined) return Math.floor((count * 3) / 4);
  }
  spend(bytes.length);
  return decodeBody(bytes, encoding).bytes.length;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const skip = 64;
const pad = 65;
const foreign = 66;
const values = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (character === "=") return pad;
  if (/[ \t\r\n]/.test(character)) return skip;
  const value = alphabet.indexOf(character);
  return value < 0 ? foreign : value;
});

function decodeBase64(bytes: Uint8Array): DecodedBody {
  if (countPlain(bytes) === undefined) return decodeOddBase64(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return { bytes: Buffer.from(text, "base64"), isMalformed: false };
}

/** How many characters of base64 there are, when nothing else is there but white space, and padding at the end. */
function countPlain(bytes: Uint8Array): number | undefined {
  let count = 0;
  let pads = 0;
  for (let at = 0; at < bytes.length; at++) {
    const value = values[bytes[at] ?? 0] ?? foreign;
    if (value < 64 && pads === 0) count++;
    else if (value === pad) pads++;
    else if (value !== skip) return undefined;
  }
  return count % 4 === 1 ? undefined : count;
}

/** Padding in the middle ends a group of four and is followed by another, as some programs pad every line. */
function decodeOddBase64(bytes: Uint8Array): DecodedBody {
  const decoded = new Uint8Array(Math.floor((bytes.length * 3) / 4) + 3);
  let size = 0;
  let bits = 0;
  let count = 0;
  let isMalformed = false;
  const flush = () => {
    if (count === 1) isMalformed = true;
    if (count >= 2) decoded[size++] = bits >> (count === 2 ? 4 : 10);
    if (count === 3) decoded[size++] = bits >> 2;
    bits = 0;
    count = 0;
  };
  // By place: to go through an array byte by byte otherwise takes several times as long.
  for (let at = 0; at < bytes.length; at++) {
    const value = values[bytes[at] ?? 0] ?? foreign;
    if (value < 64) {
      bits = (bits << 6) | value;
      if (++count < 4) continue;
      decoded[size++] = bits >> 16;
      decoded[size++] = bits >> 8;
      decoded[size++] = bits;
      bits = 0;
      count = 0;
    } else if (value === pad) {
      flush();
    } else if (value === foreign) {
      isMalformed = true;
    }
  }
  flush();
  return { bytes: decoded.subarray(0, size), isMalformed };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const equals = 0x3d;

function decodeQuotedPrintable(bytes: Uint8Array): DecodedBody {
  const decoded = new Uint8Array(bytes.length);
  let size = 0;
  let isMalformed = false;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    if (byte === equals) {
      const escaped = escapeAt(bytes, at);
      if (escaped.value !== undefined) decoded[size++] = escaped.value;
      isMalformed ||= escaped.isMalformed;
      at = escaped.end;
    } else if (byte === 0x20 || byte === 0x09) {
      const end = endOfBlanks(bytes, at);
      const isAtLineEnd = end >= bytes.length || isLineEnd(bytes, end);
      if (!isAtLineEnd) {
        decoded.set(bytes.subarray(at, end), size);
        size += end - at;
      }
      at = end;
    } else {
      decoded[size++] = byte;
      at++;
    }
  }
  return { bytes: decoded.subarray(0, size), isMalformed };
}

/** What the `=` at a place stands for: a byte, a line that goes on (no value), or itself when nothing that fits follows. */
function escapeAt(bytes: Uint8Array, at: number): { value?: number; end: number; isMalformed: boolean } {
  const high = hexValue(bytes[at + 1]);
  const low = hexValue(bytes[at + 2]);
  if (high !== undefined && low !== undefined)
    return { value: high * 16 + low, end: at + 3, isMalformed: false };
  const end = endOfBlanks(bytes, at + 1);
  if (end >= bytes.length) return { end, isMalformed: false };
  if (bytes[end] === lineFeed) return { end: end + 1, isMalformed: false };
  if (isLineEnd(bytes, end)) return { end: end + 2, isMalformed: false };
  return { value: equals, end: at + 1, isMalformed: true };
}

function endOfBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return at;
}

function isLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === lineFeed || (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed);
}

function hexValue(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const upper = byte & 0xdf;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x37 : undefined;
}

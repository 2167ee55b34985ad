/** Bodies as they travel in a mail (RFC 2045 §6): in lines that every mail program bears. */

export interface EncodedBody {
  encoding: "7bit" | "8bit" | "binary" | "quoted-printable" | "base64";
  body: Uint8Array;
}

const crlf = "\r\n";
const lineLength = 76;
/** RFC 5322 §2.1.1: no line has more characters. */
const longestLine = 998;
/** Bytes of content in a line of base64. */
export const base64LineBytes = 57;

/** Text in UTF-8, its lines ended as in mail. What stays readable stays so; the rest is base64. */
export function encodeText(value: string): EncodedBody {
  const lines = value.split(/\r\n|\n/);
  if (lines.every((line) => line.length <= lineLength + 2 && /^[\t\x20-\x7e]*$/.test(line))) {
    return { encoding: "7bit", body: Buffer.from(lines.join(crlf)) };
  }
  const plain = Buffer.from(lines.join(crlf));
  const escapes = plain.reduce((count, byte) => count + (byte > 0x7e || byte === 0x3d ? 1 : 0), 0);
  if (escapes * 6 > plain.length) return { encoding: "base64", body: encodeBase64(plain) };
  return { encoding: "quoted-printable", body: Buffer.from(lines.map(quotedLine).join(crlf)) };
}

/** A message within a message has no encoding (RFC 2046 §5.2.1). */
export function encodeMessage(body: Uint8Array): EncodedBody {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let isLineWise = !buffer.includes(0);
  for (let at = 0; isLineWise && at < buffer.length; ) {
    const feed = buffer.indexOf(0x0a, at);
    const end = feed < 0 ? buffer.length : feed;
    if (end - at > longestLine + 1) isLineWise = false;
    at = end + 1;
  }
  return { encoding: isLineWise ? "8bit" : "binary", body };
}

/** In lines of 76 characters, each with its end. */
export function encodeBase64(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoded = Buffer.alloc(base64Size(bytes.length), crlf);
  for (let at = 0, to = 0; at < buffer.length; at += base64LineBytes) {
    to += encoded.write(buffer.toString("base64", at, at + base64LineBytes), to, "latin1") + crlf.length;
  }
  return encoded;
}

/** How many bytes `encodeBase64` makes of so many. */
export function base64Size(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 3) * 4 + Math.ceil(sizeBytes / base64LineBytes) * crlf.length;
}

/** One line as quoted-printable, broken where it is too long. */
function quotedLine(line: string): string {
  const pieces: string[] = [];
  let piece = "";
  const bytes = Buffer.from(line);
  bytes.forEach((byte, at) => {
    const next = quotedByte(byte, at === bytes.length - 1);
    if (piece.length + next.length > lineLength - 1) {
      pieces.push(piece);
      piece = "";
    }
    piece += next;
  });
  return [...pieces, piece].join(`=${crlf}`);
}

/** White space at the end of a line would be lost. */
function quotedByte(byte: number, isLast: boolean): string {
  const isBlank = byte === 0x20 || byte === 0x09;
  if (isBlank ? !isLast : byte >= 0x21 && byte <= 0x7e && byte !== 0x3d) return String.fromCharCode(byte);
  return `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

import type { IndexKey } from "../local/table.ts";

const numberMark = 0x10;
const textMark = 0x20;
const textEnd = 0x00;
/** After a zero inside of a text, so that the text's end comes before it. */
const goesOn = 0xff;

/** Beyond whatever may follow the encoded beginning of a key. */
export const beyondAll = Uint8Array.of(0xff);

/** A key as bytes that are ordered as keys are: what begins with a key's parts begins with its bytes. */
export function encodeKey(key: IndexKey): Buffer {
  return Buffer.concat(key.map((part) => (typeof part === "number" ? encodeNumber(part) : encodeText(part))));
}

/** IEEE 754, with the bits turned so that they are ordered as the numbers are. */
function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9, numberMark);
  // One zero, not two.
  bytes.writeDoubleBE(value + 0, 1);
  const isNegative = (bytes.readUInt8(1) & 0x80) !== 0;
  for (let at = 1; at < 9; at++) {
    const byte = bytes.readUInt8(at);
    if (isNegative) bytes.writeUInt8(~byte & 0xff, at);
    else if (at === 1) bytes.writeUInt8(byte | 0x80, at);
  }
  return bytes;
}

/** UTF-8 of each UTF-16 code unit by itself (as CESU-8 has it), for only that is ordered as JavaScript's texts are. */
function encodeText(text: string): Buffer {
  if (!text.includes("\0") && !/[\ud800-\udfff]/.test(text)) return Buffer.from(`\x20${text}\0`, "utf8");
  const bytes = [textMark];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0) bytes.push(0x00, goesOn);
    else if (unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  bytes.push(textEnd);
  return Buffer.from(bytes);
}

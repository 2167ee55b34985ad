/**
 * Base64 (RFC 4648 §4) and base64url without padding (§5) in their one canonical spelling: what two texts would both
 * decode to, only one of them decodes here, so a text may stand for its bytes.
 */

const common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const standard = alphabet(`${common}+/`);
const urlSafe = alphabet(`${common}-_`);

interface Alphabet {
  letters: string;
  /** Value of each letter by its code; undefined for everything that is no letter. */
  values: ReadonlyMap<number, number>;
}

export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, urlSafe);
}

/** Throws Error when `text` is not the canonical base64url of some bytes. */
export function fromBase64Url(text: string): Uint8Array {
  return decode(text, urlSafe);
}

/** As `fromBase64Url`; undefined instead, for what others have written. */
export function findBase64Url(text: string): Uint8Array | undefined {
  try {
    return fromBase64Url(text);
  } catch {
    return undefined;
  }
}

export function toBase64(bytes: Uint8Array): string {
  const text = encode(bytes, standard);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** Throws Error when `text` is not the canonical, padded base64 of some bytes. */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw malformed();
  return decode(text.replace(/(?<=[^=])={1,2}$/, ""), standard);
}

function encode(bytes: Uint8Array, { letters }: Alphabet): string {
  let text = "";
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xffff;
    pendingBits += 8;
    while (pendingBits >= 6) {
      pendingBits -= 6;
      text += letters.charAt((pending >> pendingBits) & 0x3f);
    }
  }
  if (pendingBits > 0) text += letters.charAt((pending << (6 - pendingBits)) & 0x3f);
  return text;
}

function decode(text: string, { values }: Alphabet): Uint8Array {
  if (text.length % 4 === 1) throw malformed();
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let pending = 0;
  let pendingBits = 0;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const value = values.get(text.charCodeAt(at));
    if (value === undefined) throw malformed();
    pending = ((pending << 6) | value) & 0xffff;
    pendingBits += 6;
    if (pendingBits >= 8) {
      pendingBits -= 8;
      bytes[length++] = (pending >> pendingBits) & 0xff;
    }
  }
  // Bits beyond the last byte must be zero, or a second text would mean the same bytes.
  if ((pending & ((1 << pendingBits) - 1)) !== 0) throw malformed();
  return bytes;
}

function alphabet(letters: string): Alphabet {
  return { letters, values: new Map([...letters].map((letter, value) => [letter.charCodeAt(0), value])) };
}

function malformed(): Error {
  return new Error("The text is not base64 in its canonical spelling.");
}

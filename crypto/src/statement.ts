const encoder = new TextEncoder();
const lengthBytes = 4;

/**
 * The bytes that are signed for a statement: the domain, then each text, every one as UTF-8 after its length in four
 * bytes, the highest first. So no two statements have the same bytes, and none has those of a request's signature,
 * which begin with a quotation mark (threats A5). Undefined when a text is not well-formed Unicode, since then two
 * texts would have the same UTF-8.
 */
export function encodeStatement(domain: string, texts: readonly string[]): Uint8Array | undefined {
  if (!texts.every((text) => text.isWellFormed())) return undefined;
  const parts = [domain, ...texts].map((text) => encoder.encode(text));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + lengthBytes + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + lengthBytes);
    at += lengthBytes + part.length;
  }
  return bytes;
}

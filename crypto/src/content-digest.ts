import { fromBase64, toBase64 } from "./base64.ts";

/** 32 bytes in base64 have 44 letters, and the last before the padding has two bits that must be zero. */
const form = /^sha-256=:([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=):$/;

/** The value of Content-Digest (RFC 9530 §2) for a body with this SHA-256. */
export function contentDigest(sha256: Uint8Array): string {
  if (sha256.length !== 32) throw new Error(`A SHA-256 has 32 bytes, not ${sha256.length}.`);
  return `sha-256=:${toBase64(sha256)}:`;
}

/**
 * The SHA-256 of a Content-Digest; undefined when it is not written exactly as `contentDigest` writes it. One digest
 * of one algorithm: where two stand, two readers could each check another one.
 */
export function findSha256(value: string): Uint8Array | undefined {
  const [, base64] = form.exec(value) ?? [];
  return base64 === undefined ? undefined : fromBase64(base64);
}

import { sha256 as inPieces } from "@noble/hashes/sha2.js";

/** SHA-256 (FIPS 180-4) of the bytes, by the platform: 32 bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
}

/**
 * The same of bytes that come in pieces, which no platform has that runs everywhere: `digest`, called once, gives the 32
 * bytes. Slower than the platform's.
 */
export function openSha256(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } {
  return inPieces.create();
}

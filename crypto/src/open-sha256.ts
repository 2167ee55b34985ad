import { sha256 } from "@noble/hashes/sha2.js";

/**
 * SHA-256 (FIPS 180-4) of bytes that come in pieces, which no platform has that runs everywhere: `digest`, called once,
 * gives the 32 bytes. Slower than the platform's.
 */
export function openSha256(): { update(bytes: Uint8Array): unknown; digest(): Uint8Array } {
  return sha256.create();
}

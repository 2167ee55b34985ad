/** HKDF (RFC 5869): keys out of secrets, each for one purpose that `info` names. */
import { concatBytes } from "./bytes.ts";
import { type HashName, hmac } from "./hmac.ts";

const hashBytes: Readonly<Record<HashName, number>> = { "SHA-256": 32, "SHA-512": 64 };
const noSalt = new Uint8Array();

/** HKDF-SHA256, extract and expand: `length` bytes. Throws Error for more than 8,160. */
export async function hkdfSha256(
  secret: Uint8Array,
  info: Uint8Array,
  length: number,
  salt: Uint8Array = noSalt,
): Promise<Uint8Array> {
  return hkdfExpand("SHA-256", await hkdfExtract(salt, secret), info, length);
}

/** HKDF-Extract with SHA-256 (§2.2): 32 bytes. An empty salt is that of 32 zeros. */
export function hkdfExtract(salt: Uint8Array, secret: Uint8Array): Promise<Uint8Array> {
  return hmac("SHA-256", salt, secret);
}

/**
 * HKDF-Expand (§2.3): `length` bytes. `key` must be uniformly random: what an extraction gave, or what was drawn.
 * Throws Error for more than 255 times what the hash gives.
 */
export async function hkdfExpand(
  hash: HashName,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  const blocks = Math.ceil(length / hashBytes[hash]);
  if (blocks > 255) throw new Error(`HKDF gives at most ${255 * hashBytes[hash]} bytes, not ${length}.`);
  const output = new Uint8Array(blocks * hashBytes[hash]);
  let block = new Uint8Array();
  for (let counter = 1; counter <= blocks; counter++) {
    block = new Uint8Array(await hmac(hash, key, concatBytes([block, info, Uint8Array.of(counter)])));
    output.set(block, (counter - 1) * hashBytes[hash]);
  }
  return output.slice(0, length);
}

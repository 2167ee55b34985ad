/**
 * HPKE (RFC 9180) in the one form that is used: mode Base, KEM 0x647a (X-Wing), KDF 0x0001 (HKDF-SHA256), AEAD 0x0002
 * (AES-256-GCM), one message for each encapsulation.
 */
import { type AeadKey, importAeadKey, openAead, sealAead } from "./aead.ts";
import { scheduleKeys } from "./hpke-schedule.ts";
import { decapsulate, encapsulate, type KemKey, type KemPublicKey } from "./x-wing.ts";
import type { Encapsulation } from "./x-wing-backend.ts";

const suite = { kemId: 0x647a, aeadId: 0x0002 };

/** What is sealed to a key. */
export interface SealedToKey {
  /** 1,120 bytes. */
  enc: Uint8Array;
  /** 16 bytes longer than the plaintext. */
  ciphertext: Uint8Array;
}

/** Seals to the holder of the key; `info` says what for, and must be given again to open. It proves no sender. */
export async function sealToKey(
  publicKey: KemPublicKey,
  info: Uint8Array,
  plaintext: Uint8Array,
): Promise<SealedToKey> {
  return sealWith(await encapsulate(publicKey), info, plaintext);
}

/** For test vectors: as `sealToKey`, with an encapsulation that was made before. */
export async function sealWith(
  { enc, sharedSecret }: Encapsulation,
  info: Uint8Array,
  plaintext: Uint8Array,
): Promise<SealedToKey> {
  const { key, nonce } = await openContext(sharedSecret, info);
  return { enc, ciphertext: await sealAead(key, nonce, plaintext) };
}

/** What was sealed to this key with this `info`; undefined for anything else, whatever is wrong with it. */
export async function openWithKey(
  key: KemKey,
  { enc, ciphertext }: SealedToKey,
  info: Uint8Array,
): Promise<Uint8Array | undefined> {
  const sharedSecret = await decapsulate(key, enc);
  if (sharedSecret === undefined) return undefined;
  const context = await openContext(sharedSecret, info);
  return openAead(context.key, context.nonce, ciphertext);
}

async function openContext(
  sharedSecret: Uint8Array,
  info: Uint8Array,
): Promise<{ key: AeadKey; nonce: Uint8Array }> {
  const { key, baseNonce } = await scheduleKeys(suite, sharedSecret, info);
  return { key: await importAeadKey(key), nonce: baseNonce };
}

/** ML-KEM-768 (FIPS 203) by WebCrypto, where the platform has it: Node from 24 on, newer browsers. */
import type { webcrypto } from "node:crypto";

const name = "ML-KEM-768";
const seedBytes = 64;

export const mlKemPublicKeyBytes = 1184;
export const mlKemCiphertextBytes = 1088;

/** A key that decapsulates. Never log it. */
export interface MlKemKey {
  readonly publicKey: Uint8Array;
  readonly handle: webcrypto.CryptoKey;
}

/** A key to encapsulate to. */
export interface MlKemPublicKey {
  readonly handle: webcrypto.CryptoKey;
}

/** The key of a seed of 64 bytes, `d ‖ z` of FIPS 203. Throws Error when it has another length. */
export async function importMlKemKey(seed: Uint8Array): Promise<MlKemKey> {
  if (seed.length !== seedBytes) throw new Error(`A seed has ${seedBytes} bytes, not ${seed.length}.`);
  const { subtle } = crypto;
  const handle = await subtle.importKey("raw-seed", seed, name, false, ["decapsulateBits"]);
  const publicHandle = await subtle.getPublicKey(handle, ["encapsulateBits"]);
  return { handle, publicKey: new Uint8Array(await subtle.exportKey("raw-public", publicHandle)) };
}

/** The public key of 1,184 bytes. Throws Error for another length, or what is no public key (FIPS 203 §7.2). */
export async function importMlKemPublicKey(bytes: Uint8Array): Promise<MlKemPublicKey> {
  return { handle: await crypto.subtle.importKey("raw-public", bytes, name, false, ["encapsulateBits"]) };
}

/** A shared secret of 32 bytes and the ciphertext of 1,088 bytes that carries it. */
export async function encapsulateMlKem(
  key: MlKemPublicKey,
): Promise<{ ciphertext: Uint8Array; sharedSecret: Uint8Array }> {
  const { ciphertext, sharedKey } = await crypto.subtle.encapsulateBits(name, key.handle);
  return { ciphertext: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) };
}

/**
 * The shared secret of 32 bytes. Of a ciphertext that was not made for this key it is another one, which nobody knows
 * (FIPS 203 §6.3). Throws Error when the ciphertext has not 1,088 bytes.
 */
export async function decapsulateMlKem(key: MlKemKey, ciphertext: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.decapsulateBits(name, key.handle, ciphertext));
}

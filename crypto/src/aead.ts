/**
 * AES-256-GCM (NIST SP 800-38D) by Node's own primitives, which for small pieces are several times as fast as its
 * WebCrypto. A browser's build has aead-browser.ts in its place, and for its sake these functions are async.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { checkKey, checkNonce, noData, tagBytes } from "./aead-sizes.ts";

const algorithm = "aes-256-gcm";
const options = { authTagLength: tagBytes };

/** A key ready for use. It holds secrets: never log it. */
export interface AeadKey {
  readonly handle: KeyObject;
}

/** The key of 32 bytes. Throws Error when it has another length. */
export async function importAeadKey(bytes: Uint8Array): Promise<AeadKey> {
  checkKey(bytes);
  return { handle: createSecretKey(bytes) };
}

/**
 * The plaintext encrypted, with the tag of 16 bytes behind it; `associated` is authenticated with it and not part of it.
 * A nonce has 12 bytes and must never come twice with one key; Error is thrown when it has another length.
 */
export async function sealAead(
  key: AeadKey,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array = noData,
): Promise<Uint8Array> {
  checkNonce(nonce);
  const cipher = createCipheriv(algorithm, key.handle, nonce, options).setAAD(associated);
  const sealed = Buffer.allocUnsafeSlow(plaintext.length + tagBytes);
  sealed.set(cipher.update(plaintext));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plaintext.length);
  return new Uint8Array(sealed.buffer);
}

/**
 * What was sealed with this key, nonce and `associated`; undefined for anything else, whatever is wrong with it. Throws
 * Error when the nonce has not 12 bytes.
 */
export async function openAead(
  key: AeadKey,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array = noData,
): Promise<Uint8Array | undefined> {
  checkNonce(nonce);
  if (sealed.length < tagBytes) return undefined;
  const textBytes = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key.handle, nonce, options)
    .setAAD(associated)
    .setAuthTag(sealed.subarray(textBytes));
  const plaintext = decipher.update(sealed.subarray(0, textBytes));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
}

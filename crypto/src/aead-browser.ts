/** AES-256-GCM by WebCrypto, for what has no `node:crypto`; the same promises as aead.ts. */
import type { webcrypto } from "node:crypto";
import { checkKey, checkNonce, noData, tagBytes } from "./aead-sizes.ts";

const name = "AES-GCM";

export interface AeadKey {
  readonly handle: webcrypto.CryptoKey;
}

export async function importAeadKey(bytes: Uint8Array): Promise<AeadKey> {
  checkKey(bytes);
  return { handle: await crypto.subtle.importKey("raw", bytes, name, false, ["encrypt", "decrypt"]) };
}

export async function sealAead(
  key: AeadKey,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array = noData,
): Promise<Uint8Array> {
  checkNonce(nonce);
  const parameters = { name, iv: nonce, additionalData: associated, tagLength: tagBytes * 8 };
  return new Uint8Array(await crypto.subtle.encrypt(parameters, key.handle, plaintext));
}

export async function openAead(
  key: AeadKey,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array = noData,
): Promise<Uint8Array | undefined> {
  checkNonce(nonce);
  const parameters = { name, iv: nonce, additionalData: associated, tagLength: tagBytes * 8 };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key.handle, sealed));
  } catch {
    return undefined;
  }
}

/** X25519 (RFC 7748) by WebCrypto, which Node and browsers have. */
import type { webcrypto } from "node:crypto";
import { concatBytes } from "./bytes.ts";
import { isSmallOrder } from "./x25519-point.ts";

const name = "X25519";
const keyBytes = 32;

/** PKCS #8 (RFC 8410 §7) up to the secret, which follows as the last 32 bytes. */
const pkcs8Prefix = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32]);
const basePoint = new Uint8Array(keyBytes).with(0, 9);

/** One side's secret. Never log it. */
export interface AgreementKey {
  readonly publicKey: Uint8Array;
  readonly handle: webcrypto.CryptoKey;
}

/** The key of a secret of 32 bytes. Throws Error when it has another length. */
export async function importAgreementKey(secret: Uint8Array): Promise<AgreementKey> {
  if (secret.length !== keyBytes) throw new Error(`A secret has ${keyBytes} bytes, not ${secret.length}.`);
  const pkcs8 = concatBytes([pkcs8Prefix, secret]);
  const handle = await crypto.subtle.importKey("pkcs8", pkcs8, name, false, ["deriveBits"]);
  return { handle, publicKey: await multiply(handle, basePoint) };
}

/** A key drawn by the platform, whose secret never leaves it. */
export async function generateAgreementKey(): Promise<AgreementKey> {
  const pair = await crypto.subtle.generateKey(name, false, ["deriveBits"]);
  if (!("privateKey" in pair)) throw new Error("The platform drew no pair of keys.");
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { publicKey, handle: pair.privateKey };
}

/**
 * The shared secret of 32 bytes; undefined when the other's point is one with which everybody shares zeros. Throws Error
 * when the point has not 32 bytes.
 */
export async function agree(key: AgreementKey, publicKey: Uint8Array): Promise<Uint8Array | undefined> {
  if (publicKey.length !== keyBytes) {
    throw new Error(`A public key has ${keyBytes} bytes, not ${publicKey.length}.`);
  }
  return isSmallOrder(publicKey) ? undefined : multiply(key.handle, publicKey);
}

async function multiply(handle: webcrypto.CryptoKey, point: Uint8Array): Promise<Uint8Array> {
  const other = await crypto.subtle.importKey("raw", point, name, false, []);
  return new Uint8Array(await crypto.subtle.deriveBits({ name, public: other }, handle, keyBytes * 8));
}

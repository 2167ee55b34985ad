/**
 * Ed25519 (RFC 8032) by the platform's own primitives. The only file that touches them: a browser's build has another
 * in its place, and for its sake these functions are async.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { isSoundPoint } from "./ed25519-point.ts";

const seedBytes = 32;
const publicKeyBytes = 32;

/** PKCS #8 (RFC 8410 §7) up to the seed, which follows as the last 32 bytes. */
const pkcs8Prefix = Uint8Array.of(
  0x30,
  0x2e,
  0x02,
  1,
  0,
  0x30,
  0x05,
  0x06,
  3,
  0x2b,
  0x65,
  0x70,
  4,
  0x22,
  4,
  0x20,
);
/** SubjectPublicKeyInfo (RFC 8410 §4) up to the key, which follows as the last 32 bytes. */
const spkiPrefix = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0);

/** A key that signs. It holds secrets: never log it. */
export interface SigningKey {
  /** The secret of 32 bytes the key is made from. */
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly handle: KeyObject;
}

/** A key of someone else whose signatures can be checked; only `importVerifyKey` makes one. */
export interface VerifyKey {
  readonly publicKey: Uint8Array;
  readonly handle: KeyObject;
}

/** The key of a secret seed of 32 bytes. Throws Error when it has another length. */
export async function generateSigningKey(seed: Uint8Array): Promise<SigningKey> {
  if (seed.length !== seedBytes) throw new Error(`A seed has ${seedBytes} bytes, not ${seed.length}.`);
  const der = Buffer.concat([pkcs8Prefix, seed]);
  const handle = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(handle).export({ format: "der", type: "spki" });
  return {
    seed: Uint8Array.from(seed),
    publicKey: Uint8Array.from(spki.subarray(spkiPrefix.length)),
    handle,
  };
}

/**
 * A public key of 32 bytes. Throws Error for what is no public key a sound signer has: another length, a second
 * spelling of a point, a point of small order, with which one signature fits many messages.
 */
export async function importVerifyKey(publicKey: Uint8Array): Promise<VerifyKey> {
  if (publicKey.length !== publicKeyBytes) {
    throw new Error(`A public key has ${publicKeyBytes} bytes, not ${publicKey.length}.`);
  }
  if (!isSoundPoint(publicKey))
    throw new Error("The public key is one that no signature can be trusted with.");
  const der = Buffer.concat([spkiPrefix, publicKey]);
  const handle = createPublicKey({ key: der, format: "der", type: "spki" });
  return { publicKey: Uint8Array.from(publicKey), handle };
}

/** The signature of 64 bytes. What `message` may be is the business of the callers, each with its own domain. */
export async function signBytes(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(sign(null, message, key.handle));
}

/** True when `signature` is this key's over exactly these bytes; anything else, of whatever form, is false. */
export async function verifyBytes(
  key: VerifyKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return verify(null, message, key.handle, signature);
}

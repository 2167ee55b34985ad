/**
 * Ed25519 (RFC 8032) by the platform's own primitives; for the sake of browsers, whose are async, these functions are.
 * What no platform may accept is refused here, so that all of them accept the same.
 */
import { concatBytes } from "./bytes.ts";
import { openSigner, openVerifier, type Signer, type Verifier } from "./ed25519-node.ts";
import { isSoundPoint } from "./ed25519-point.ts";

const seedBytes = 32;
const publicKeyBytes = 32;

/** PKCS #8 (RFC 8410 §7) up to the seed, which follows as the last 32 bytes. */
const pkcs8Prefix = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/** A key that signs. It holds secrets: never log it. */
export interface SigningKey {
  /** The secret of 32 bytes the key is made from. */
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly handle: Signer;
}

/** A key of someone else whose signatures can be checked; only `importVerifyKey` makes one. */
export interface VerifyKey {
  readonly publicKey: Uint8Array;
  readonly handle: Verifier;
}

/** The key of a secret seed of 32 bytes. Throws Error when it has another length. */
export async function generateSigningKey(seed: Uint8Array): Promise<SigningKey> {
  if (seed.length !== seedBytes) throw new Error(`A seed has ${seedBytes} bytes, not ${seed.length}.`);
  const own = Uint8Array.from(seed);
  const handle = await openSigner(concatBytes([pkcs8Prefix, own]));
  return { seed: own, publicKey: handle.publicKey, handle };
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
  const own = Uint8Array.from(publicKey);
  return { publicKey: own, handle: await openVerifier(own) };
}

/** The signature of 64 bytes. What `message` may be is the business of the callers, each with its own domain. */
export function signBytes(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  return key.handle.sign(message);
}

/** True when `signature` is this key's over exactly these bytes; anything else, of whatever form, is false. */
export function verifyBytes(key: VerifyKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return key.handle.verify(message, signature);
}

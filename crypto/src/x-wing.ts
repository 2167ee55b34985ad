/**
 * X-Wing (draft-connolly-cfrg-xwing-kem, HPKE's KEM 0x647a): a key encapsulation that holds as long as one of ML-KEM-768
 * and X25519 does. It is done by the best backend that the platform has, chosen once.
 */
import { chooseBackend } from "./choose-backend.ts";
import type { Encapsulation, XWingKey, XWingPublicKey } from "./x-wing-backend.ts";
import { isSoundKemPublicKey } from "./x-wing-public-key.ts";
import { isSmallOrder } from "./x25519-point.ts";

const seedBytes = 32;
const encBytes = 1120;
const pointBytes = 32;

/** A key that opens what is sealed to its public half. It holds secrets: never log it. */
export interface KemKey {
  /** The secret of 32 bytes the key is made from. */
  readonly seed: Uint8Array;
  /** 1,216 bytes. */
  readonly publicKey: Uint8Array;
  readonly handle: XWingKey;
}

/** Someone else's public key; only `importKemPublicKey` makes one. */
export interface KemPublicKey {
  readonly publicKey: Uint8Array;
  readonly handle: XWingPublicKey;
}

/** The key of a secret seed of 32 bytes. Throws Error when it has another length. */
export async function generateKemKey(seed: Uint8Array): Promise<KemKey> {
  if (seed.length !== seedBytes) throw new Error(`A seed has ${seedBytes} bytes, not ${seed.length}.`);
  const own = Uint8Array.from(seed);
  const handle = await (await chooseBackend()).openKey(own);
  return { seed: own, publicKey: handle.publicKey, handle };
}

/**
 * A public key of 1,216 bytes. Throws Error for what is nobody's: another length, numbers beyond ML-KEM's modulus (FIPS
 * 203 §7.2), a point of X25519 with which everybody shares zeros.
 */
export async function importKemPublicKey(bytes: Uint8Array): Promise<KemPublicKey> {
  if (!isSoundKemPublicKey(bytes)) throw new Error("The public key is one that nothing can be sealed to.");
  const publicKey = Uint8Array.from(bytes);
  return { publicKey, handle: await (await chooseBackend()).openPublicKey(publicKey) };
}

/** A fresh secret of 32 bytes for the holder of the key, and the 1,120 bytes that carry it. */
export function encapsulate(key: KemPublicKey): Promise<Encapsulation> {
  return key.handle.encapsulate();
}

/**
 * The secret of 32 bytes that `enc` carries. Of one that was not made for this key it is a secret that nobody knows;
 * undefined when it is none at all: another length, or a point with which everybody shares zeros.
 */
export async function decapsulate(key: KemKey, enc: Uint8Array): Promise<Uint8Array | undefined> {
  if (enc.length !== encBytes || isSmallOrder(enc.subarray(-pointBytes))) return undefined;
  return key.handle.decapsulate(enc);
}

import { mlKemPublicKeyBytes } from "./ml-kem.ts";
import { isSmallOrder } from "./x25519-point.ts";

const publicKeyBytes = 1216;
/** ML-KEM's modulus q (FIPS 203 §2.4). */
const modulus = 3329;
/** Bytes of the vector t̂ in ML-KEM's public key, two numbers of twelve bits to three bytes; 32 bytes of ρ follow. */
const vectorBytes = 1152;

/**
 * Whether the bytes are a public key of X-Wing that an honest holder can have: the length, every number of ML-KEM's half
 * below the modulus (FIPS 203 §7.2), and a point that shares a secret. The same answer whatever the platform checks.
 */
export function isSoundKemPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== publicKeyBytes) return false;
  for (let at = 0; at < vectorBytes; at += 3) {
    const [low = 0, middle = 0, high = 0] = bytes.subarray(at, at + 3);
    if ((low | ((middle & 0x0f) << 8)) >= modulus || ((middle >> 4) | (high << 4)) >= modulus) return false;
  }
  return !isSmallOrder(bytes.subarray(mlKemPublicKeyBytes));
}

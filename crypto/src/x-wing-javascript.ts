/** X-Wing in JavaScript by `@noble/post-quantum`, for platforms that lack ML-KEM. Ten to fifty times as slow. */
import { ml_kem768_x25519 as xWing } from "@noble/post-quantum/hybrid.js";
import type { Encapsulation, XWingBackend } from "./x-wing-backend.ts";

export const javascriptBackend: XWingBackend = {
  name: "javascript",
  async openKey(seed) {
    const { publicKey, secretKey } = xWing.keygen(seed);
    return {
      publicKey,
      async decapsulate(enc) {
        return xWing.decapsulate(enc, secretKey);
      },
    };
  },
  async openPublicKey(publicKey) {
    return {
      async encapsulate() {
        const { cipherText, sharedSecret } = xWing.encapsulate(publicKey);
        return { enc: cipherText, sharedSecret };
      },
    };
  },
};

/** For test vectors only: the encapsulation that the draft's `EncapsulateDerand` makes of these 64 bytes. */
export function encapsulateWith(publicKey: Uint8Array, randomness: Uint8Array): Encapsulation {
  const { cipherText, sharedSecret } = xWing.encapsulate(publicKey, randomness);
  return { enc: cipherText, sharedSecret };
}

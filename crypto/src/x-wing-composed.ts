/** X-Wing (draft-connolly-cfrg-xwing-kem §5) composed of the platform's ML-KEM-768 and X25519. */
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "./bytes.ts";
import {
  decapsulateMlKem,
  encapsulateMlKem,
  importMlKemKey,
  importMlKemPublicKey,
  mlKemCiphertextBytes,
  mlKemPublicKeyBytes,
} from "./ml-kem.ts";
import type { XWingBackend } from "./x-wing-backend.ts";
import { agree, generateAgreementKey, importAgreementKey } from "./x25519.ts";

/** `\.//^\`, the wing. */
const label = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
const mlKemSeedBytes = 64;

export const composedBackend: XWingBackend = {
  name: "composed",
  async openKey(seed) {
    const expanded = shake256(seed, { dkLen: 96 });
    const lattice = await importMlKemKey(expanded.subarray(0, mlKemSeedBytes));
    const curve = await importAgreementKey(expanded.subarray(mlKemSeedBytes));
    return {
      publicKey: concatBytes([lattice.publicKey, curve.publicKey]),
      async decapsulate(enc) {
        const point = enc.subarray(mlKemCiphertextBytes);
        const latticeSecret = await decapsulateMlKem(lattice, enc.subarray(0, mlKemCiphertextBytes));
        return combine(latticeSecret, await agree(curve, point), point, curve.publicKey);
      },
    };
  },
  async openPublicKey(publicKey) {
    const lattice = await importMlKemPublicKey(publicKey.subarray(0, mlKemPublicKeyBytes));
    const point = publicKey.slice(mlKemPublicKeyBytes);
    return {
      async encapsulate() {
        const { ciphertext, sharedSecret } = await encapsulateMlKem(lattice);
        const curve = await generateAgreementKey();
        return {
          enc: concatBytes([ciphertext, curve.publicKey]),
          sharedSecret: combine(sharedSecret, await agree(curve, point), curve.publicKey, point),
        };
      },
    };
  },
};

/** The draft's Combiner (§5.3). */
function combine(
  latticeSecret: Uint8Array,
  curveSecret: Uint8Array | undefined,
  encPoint: Uint8Array,
  publicPoint: Uint8Array,
): Uint8Array {
  if (curveSecret === undefined) throw new Error("A point of small order came past the check for it.");
  return sha3_256(concatBytes([latticeSecret, curveSecret, encPoint, publicPoint, label]));
}

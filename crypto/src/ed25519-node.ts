/** Ed25519's arithmetic by Node's own primitives. A browser's build has ed25519-browser.ts in its place. */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

/** What signs with one key, in the platform's hands. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** What checks the signatures of one key. */
export interface Verifier {
  verify(message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** SubjectPublicKeyInfo (RFC 8410 §4) up to the key, which follows as the last 32 bytes. */
const spkiPrefix = Uint8Array.from([48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0]);

/** Of a secret key as PKCS #8. */
export async function openSigner(pkcs8: Uint8Array): Promise<Signer> {
  const handle = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  const spki = createPublicKey(handle).export({ format: "der", type: "spki" });
  return {
    publicKey: Uint8Array.from(spki.subarray(spkiPrefix.length)),
    async sign(message) {
      return new Uint8Array(sign(null, message, handle));
    },
  };
}

/** Of a public key of 32 bytes. */
export async function openVerifier(publicKey: Uint8Array): Promise<Verifier> {
  const der = Buffer.concat([spkiPrefix, publicKey]);
  const handle = createPublicKey({ key: der, format: "der", type: "spki" });
  return {
    async verify(message, signature) {
      return verify(null, message, handle, signature);
    },
  };
}

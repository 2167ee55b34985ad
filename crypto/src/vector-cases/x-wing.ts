import { fromBase64Url, toBase64Url } from "../base64.ts";
import type { XWingVectors } from "../seal-vectors/x-wing-vectors.ts";
import { decapsulate, importKemPublicKey, type KemKey } from "../x-wing.ts";
import type { XWingBackend } from "../x-wing-backend.ts";
import { encapsulateWith } from "../x-wing-javascript.ts";
import { refusalOf, type VectorCase } from "./vector-case.ts";

/** Secrets that this backend finds, encapsulations made anew, and what is no public key or no encapsulation. */
export function xWingCases(vectors: XWingVectors, backend: XWingBackend): VectorCase[] {
  return [
    ...vectors.encapsulations.map(({ name, seed, publicKey, enc, sharedSecret }) => ({
      name: `the secret is found: ${name}`,
      expected: { publicKey, sharedSecret },
      async find() {
        const key = await kemKeyOf(seed, backend);
        const secret = await decapsulate(key, fromBase64Url(enc));
        return { publicKey: toBase64Url(key.publicKey), sharedSecret: secret && toBase64Url(secret) };
      },
    })),
    ...vectors.encapsulations.flatMap(({ name, publicKey, randomness, enc, sharedSecret }) => {
      if (randomness === undefined) return [];
      return {
        name: `is encapsulated like this: ${name}`,
        expected: { enc, sharedSecret },
        async find() {
          const made = encapsulateWith(fromBase64Url(publicKey), fromBase64Url(randomness));
          return { enc: toBase64Url(made.enc), sharedSecret: toBase64Url(made.sharedSecret) };
        },
      };
    }),
    ...vectors.badPublicKeys.map(({ name, publicKey }) => ({
      name: `is no public key: ${name}`,
      expected: "The public key is one that nothing can be sealed to.",
      find: () => refusalOf(() => importKemPublicKey(fromBase64Url(publicKey))),
    })),
    ...vectors.badEncs.map(({ name, seed, enc }) => ({
      name: `carries no secret: ${name}`,
      expected: undefined,
      async find() {
        const secret = await decapsulate(await kemKeyOf(seed, backend), fromBase64Url(enc));
        return secret && toBase64Url(secret);
      },
    })),
  ];
}

/** The key of a seed in base64url, in the hands of this backend whatever the platform would choose. */
export async function kemKeyOf(seed: string, backend: XWingBackend): Promise<KemKey> {
  const bytes = fromBase64Url(seed);
  const handle = await backend.openKey(bytes);
  return { seed: bytes, publicKey: handle.publicKey, handle };
}

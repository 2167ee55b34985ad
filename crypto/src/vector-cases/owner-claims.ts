import { fromBase64Url, toBase64Url } from "../base64.ts";
import { generateSigningKey, importVerifyKey, verifyBytes } from "../ed25519.ts";
import { type OwnerClaim, recoveryProofKey, signClaim, verifyClaim } from "../owner-proof.ts";
import { fromHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

export interface ClaimVectors {
  proofKeys: readonly { name: string; entropy: string; address: string; seed: string; publicKey: string }[];
  good: readonly GoodClaim[];
  /** What is other than in the good one named `of`. */
  bad: readonly { name: string; of: string; change: Partial<SignedClaim> }[];
}

interface SignedClaim {
  publicKey: string;
  claim: OwnerClaim;
  signature: string;
}

interface GoodClaim extends SignedClaim {
  name: string;
  seed: string;
  /** What is signed, in hex. */
  bytes: string;
}

/** The keys that prove who has a phrase, what owners sign, and what is not believed of them. */
export function ownerClaimCases({ proofKeys, good, bad }: ClaimVectors): VectorCase[] {
  return [
    ...proofKeys.map(({ name, entropy, address, seed, publicKey }) => ({
      name: `the proof key of ${name}`,
      expected: { seed, publicKey },
      async find() {
        const key = await recoveryProofKey(fromHex(entropy), address);
        return { seed: toBase64Url(key.seed), publicKey: toBase64Url(key.publicKey) };
      },
    })),
    ...good.map((vector) => ({
      name: `is signed like this, and believed: ${vector.name}`,
      expected: { signature: vector.signature, overBytes: true, believed: true },
      find: () => signAndVerify(vector),
    })),
    ...bad.map(({ name, of, change }) => ({
      name: `is not believed: ${name}`,
      expected: false,
      find: () => verify({ ...findGood(good, of), ...change }),
    })),
  ];
}

function findGood(good: readonly GoodClaim[], name: string): GoodClaim {
  const found = good.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the vectors hold no case “${name}”`);
  return found;
}

async function signAndVerify(vector: GoodClaim) {
  const key = await generateSigningKey(fromBase64Url(vector.seed));
  const verifyKey = await importVerifyKey(fromBase64Url(vector.publicKey));
  return {
    signature: await signClaim(key, vector.claim),
    overBytes: await verifyBytes(verifyKey, fromHex(vector.bytes), fromBase64Url(vector.signature)),
    believed: await verify(vector),
  };
}

function verify({ publicKey, claim, signature }: SignedClaim): Promise<boolean> {
  return verifyClaim(publicKey, claim, signature);
}

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toBase64Url } from "./base64.ts";
import { generateSigningKey } from "./ed25519.ts";
import { type OwnerClaim, recoveryProofKey, signClaim, verifyClaim } from "./owner-proof.ts";
import { type ClaimVectors, ownerClaimCases } from "./vector-cases/owner-claims.ts";

const vectors: ClaimVectors = JSON.parse(
  readFileSync(new URL("../../vectors/owner-claims.json", import.meta.url), "utf8"),
);

const address = "alice@a.test";
const owner = await generateSigningKey(new Uint8Array(32).fill(3));
const publicKey = toBase64Url(owner.publicKey);
const claims: readonly OwnerClaim[] = [
  { kind: "password", address, registrationRecord: "record", wrapped: "wrapped" },
  { kind: "recovery", address, proofKey: "record", wrapped: "wrapped" },
  { kind: "recoverySignIn", address, challenge: "record" },
];

describe("vectors/owner-claims.json", () => {
  test.each(ownerClaimCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("what an owner signs for their own server", () => {
  test.each(claims)("$kind is believed of the owner, and as nothing else", async (claim) => {
    const signature = await signClaim(owner, claim);
    for (const other of claims) expect(await verifyClaim(publicKey, other, signature)).toBe(other === claim);
    expect(await verifyClaim(publicKey, { ...claim, address: "eve@a.test" }, signature)).toBe(false);
  });

  test("is not believed of another key, and whatever is no key or signature is no reason to fail", async () => {
    const [claim] = claims;
    if (claim === undefined) throw new Error("there are claims");
    const signature = await signClaim(owner, claim);
    const other = await generateSigningKey(new Uint8Array(32).fill(4));
    expect(await verifyClaim(toBase64Url(other.publicKey), claim, signature)).toBe(false);
    for (const text of ["", "A", "!", "A".repeat(86)]) {
      expect(await verifyClaim(text, claim, signature)).toBe(false);
      expect(await verifyClaim(publicKey, claim, text)).toBe(false);
    }
  });

  test("the key of a phrase is another for each account, and needs all of the phrase", async () => {
    const entropy = new Uint8Array(16).fill(5);
    const [mine, theirs] = [
      await recoveryProofKey(entropy, address),
      await recoveryProofKey(entropy, "bob@a.test"),
    ];
    expect(mine.publicKey).not.toEqual(theirs.publicKey);
    await expect(recoveryProofKey(entropy.subarray(1), address)).rejects.toThrow("16 bytes");
  });
});

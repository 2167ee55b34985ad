import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveSecret, identityOf } from "./account-secrets.ts";
import { toBase64Url } from "./base64.ts";
import { type SecretVectors, unwrapEpoch, unwrapRoot, wrapCases } from "./vector-cases/account-secrets.ts";
import { unwrapEpochKey, unwrapRootSecret, wrapEpochKey, wrapRootSecret } from "./wrapped-secrets.ts";
import { generateKemKey } from "./x-wing.ts";

const vectors: SecretVectors = JSON.parse(
  readFileSync(new URL("../../vectors/account-secrets.json", import.meta.url), "utf8"),
);
const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const alice = "alice@alpha.example";
const rootSecret = new Uint8Array(32).fill(9);

describe("vectors/account-secrets.json", () => {
  test.each(wrapCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("a wrapped secret", () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test("has 104 bytes, other ones each time, and is unwrapped by the same key alone", async () => {
    await fc.assert(
      fc.asyncProperty(bytes32, bytes32, bytes32, async (key, other, root) => {
        fc.pre(toBase64Url(key) !== toBase64Url(other));
        const wrap = { address: alice, way: "recovery" } as const;
        const statement = { identityKey: toBase64Url((await identityOf(root)).publicKey) };
        const wrapped = await wrapRootSecret(key, wrap, root);
        expect(wrapped.length).toBe(104);
        expect(await wrapRootSecret(key, wrap, root)).not.toEqual(wrapped);
        expect(await unwrapRootSecret(key, wrap, statement, wrapped)).toEqual(root);
        expect(await unwrapRootSecret(other, wrap, statement, wrapped)).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });

  test("of an epoch gives the key whose public half stands in the statement", async () => {
    const key = await generateKemKey(new Uint8Array(32).fill(3));
    const wrapSecret = await deriveSecret(rootSecret, "wrap");
    const wrapped = await wrapEpochKey(wrapSecret, alice, key);
    const epoch = { publicKey: toBase64Url(key.publicKey) };
    expect((await unwrapEpochKey(wrapSecret, alice, epoch, wrapped))?.publicKey).toEqual(key.publicKey);
  });

  test("is refused with any of its bits changed (MEGA)", async () => {
    const { root, epoch } = vectors;
    for (let bit = 0; bit < 104 * 8; bit += 5) {
      const flipped = (hex: string) => {
        const bytes = fromHex(hex);
        const at = Math.floor(bit / 8);
        return Buffer.from(bytes.with(at, (bytes[at] ?? 0) ^ (1 << (bit % 8)))).toString("hex");
      };
      expect(await unwrapRoot({ ...root.base, wrapped: flipped(root.base.wrapped) })).toBeUndefined();
      if (bit % 40 > 0) continue;
      expect(await unwrapEpoch({ ...epoch.base, wrapped: flipped(epoch.base.wrapped) })).toBeUndefined();
    }
  });

  test("is never taken for another one: each of them in each other's place fails", async () => {
    const key = new Uint8Array(32).fill(1);
    const roots = [rootSecret, new Uint8Array(32).fill(10)];
    const places = [];
    for (const address of [alice, "bob@beta.example"]) {
      for (const way of ["password", "recovery"] as const) {
        for (const root of roots) {
          const statement = { identityKey: toBase64Url((await identityOf(root)).publicKey) };
          const wrap = { address, way };
          places.push({ wrap, statement, wrapped: await wrapRootSecret(key, wrap, root) });
        }
      }
    }
    for (const [at, { wrap, statement }] of places.entries()) {
      for (const [from, { wrapped }] of places.entries()) {
        expect((await unwrapRootSecret(key, wrap, statement, wrapped)) !== undefined).toBe(at === from);
      }
    }
  });

  test("is not made or opened for an address that is not in its one spelling", async () => {
    const key = new Uint8Array(32);
    const wrap = { address: "Alice@alpha.example", way: "password" } as const;
    await expect(wrapRootSecret(key, wrap, rootSecret)).rejects.toThrow("lower case");
    const identityKey = toBase64Url((await identityOf(rootSecret)).publicKey);
    await expect(unwrapRootSecret(key, wrap, { identityKey }, new Uint8Array())).rejects.toThrow(
      "lower case",
    );
  });
});

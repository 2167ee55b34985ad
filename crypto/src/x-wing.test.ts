import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fromBase64Url, toBase64Url } from "./base64.ts";
import { availableBackends, chooseBackend } from "./choose-backend.ts";
import { xWingVectors } from "./seal-vectors/x-wing-vectors.ts";
import { decapsulate, encapsulate, generateKemKey, importKemPublicKey } from "./x-wing.ts";
import { encapsulateWith } from "./x-wing-javascript.ts";

const vectors = await xWingVectors();
const backends = await availableBackends();
const byName = backends.map((backend) => [backend.name, backend] as const);
const pairs = backends.flatMap((from) => backends.map((to) => [from.name, to.name, from, to] as const));

test("vectors/x-wing.json holds these vectors; `vitest run crypto/src/x-wing -u` writes it anew", async () => {
  const path = fileURLToPath(new URL("../../vectors/x-wing.json", import.meta.url));
  await expect(`${JSON.stringify(vectors, null, 1)}\n`).toMatchFileSnapshot(path);
});

describe("the backends", () => {
  test("that Node has are there, and the best of them is chosen, once", async () => {
    expect(backends.map(({ name }) => name)).toEqual(expect.arrayContaining(["composed", "javascript"]));
    expect((await chooseBackend()).name).toBe(backends[0]?.name);
    expect(await chooseBackend()).toBe(await chooseBackend());
  });

  test.each(byName)("“%s” finds the secret of every case of the vectors", async (_, backend) => {
    for (const { name, seed, publicKey, enc, sharedSecret } of vectors.encapsulations) {
      const key = await backend.openKey(fromBase64Url(seed));
      const found = toBase64Url(await key.decapsulate(fromBase64Url(enc)));
      expect({ name, publicKey: toBase64Url(key.publicKey), found }).toEqual({
        name,
        publicKey,
        found: sharedSecret,
      });
    }
  });

  test.each(pairs)("what “%s” encapsulates “%s” finds", async (_, __, from, to) => {
    const key = await to.openKey(new Uint8Array(32).fill(4));
    const { enc, sharedSecret } = await (await from.openPublicKey(key.publicKey)).encapsulate();
    expect(enc).toHaveLength(1120);
    expect(sharedSecret).toHaveLength(32);
    expect(await key.decapsulate(enc)).toEqual(sharedSecret);
  });
});

describe("a case of the vectors", () => {
  const drawn = vectors.encapsulations.flatMap(({ randomness, ...one }) =>
    randomness === undefined ? [] : [{ randomness, ...one }],
  );

  test.each(drawn)("is encapsulated like this: $name", ({ publicKey, randomness, enc, sharedSecret }) => {
    const made = encapsulateWith(fromBase64Url(publicKey), fromBase64Url(randomness));
    expect(made).toEqual({ enc: fromBase64Url(enc), sharedSecret: fromBase64Url(sharedSecret) });
  });

  test.each(vectors.badPublicKeys)("is no public key: $name", async ({ publicKey }) => {
    await expect(importKemPublicKey(fromBase64Url(publicKey))).rejects.toThrow("nothing can be sealed to");
  });

  test.each(vectors.badEncs)("carries no secret: $name", async ({ seed, enc }) => {
    const key = await generateKemKey(fromBase64Url(seed));
    expect(await decapsulate(key, fromBase64Url(enc))).toBeUndefined();
  });
});

describe("a key", () => {
  test("finds what was encapsulated to it, each time another secret, and another key does not", async () => {
    const key = await generateKemKey(new Uint8Array(32).fill(1));
    const other = await generateKemKey(new Uint8Array(32).fill(2));
    const publicKey = await importKemPublicKey(key.publicKey);
    const [one, two] = [await encapsulate(publicKey), await encapsulate(publicKey)];
    expect(await decapsulate(key, one.enc)).toEqual(one.sharedSecret);
    expect(two.sharedSecret).not.toEqual(one.sharedSecret);
    expect(await decapsulate(other, one.enc)).not.toEqual(one.sharedSecret);
  });

  test("keeps its own copy of the seed", async () => {
    const seed = new Uint8Array(32).fill(5);
    const key = await generateKemKey(seed);
    seed.fill(0);
    expect(key.seed).toEqual(new Uint8Array(32).fill(5));
  });

  test.each([0, 31, 33, 64])("is not made of %i bytes", async (length) => {
    await expect(generateKemKey(new Uint8Array(length))).rejects.toThrow("32 bytes");
  });
});

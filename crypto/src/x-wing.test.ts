import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { availableBackends, chooseBackend } from "./choose-backend.ts";
import { xWingVectors } from "./seal-vectors/x-wing-vectors.ts";
import { xWingCases } from "./vector-cases/x-wing.ts";
import { decapsulate, encapsulate, generateKemKey, importKemPublicKey } from "./x-wing.ts";

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

  test.each(pairs)("what “%s” encapsulates “%s” finds", async (_, __, from, to) => {
    const key = await to.openKey(new Uint8Array(32).fill(4));
    const { enc, sharedSecret } = await (await from.openPublicKey(key.publicKey)).encapsulate();
    expect(enc).toHaveLength(1120);
    expect(sharedSecret).toHaveLength(32);
    expect(await key.decapsulate(enc)).toEqual(sharedSecret);
  });
});

describe.each(byName)("the vectors, with “%s”", (_, backend) => {
  test.each(xWingCases(vectors, backend))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
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

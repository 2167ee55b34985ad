import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { sealedBytesVectors } from "./seal-vectors/sealed-bytes-vectors.ts";
import { openBytes, sealBytes, sealBytesWith } from "./sealed-bytes.ts";
import { findLayout } from "./sealed-layout.ts";
import { patternOf, sealedBytesCases } from "./vector-cases/sealed-bytes.ts";

const vectors = await sealedBytesVectors();
const key = new Uint8Array(32).fill(1);
const context = new TextEncoder().encode("a context");

test("vectors/sealed-bytes.json holds these vectors; `vitest run crypto/src/sealed-bytes -u` writes it anew", async () => {
  const path = fileURLToPath(new URL("../../vectors/sealed-bytes.json", import.meta.url));
  await expect(`${JSON.stringify(vectors, null, 1)}\n`).toMatchFileSnapshot(path);
});

describe("the vectors", () => {
  test.each(sealedBytesCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("sealed bytes", () => {
  test("are never the same twice, and open to the same", async () => {
    const [one, two] = [
      await sealBytes(key, context, patternOf(40)),
      await sealBytes(key, context, patternOf(40)),
    ];
    expect(one).not.toEqual(two);
    expect(await openBytes(key, context, one)).toEqual(patternOf(40));
    expect(await openBytes(key, context, two)).toEqual(patternOf(40));
  });

  test("do not open when any one bit is another", async () => {
    const sealed = await sealBytes(key, context, patternOf(8));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const at = Math.floor(bit / 8);
      const bent = sealed.with(at, (sealed[at] ?? 0) ^ (1 << (bit % 8)));
      expect(await openBytes(key, context, bent)).toBeUndefined();
    }
  });

  test("of every size that nothing sealed has are not opened", async () => {
    expect([0, 55, 56, 71, 56 + 16_400, 56 + 16_400 + 15].map(findLayout)).toEqual(Array(6).fill(undefined));
    expect(findLayout(56 + 16)).toEqual({ size: 0, chunkCount: 1 });
    expect(findLayout(56 + 2 ** 38 * 16_400 + 16)).toBeUndefined();
  });

  test("take no key and no salt of another length", async () => {
    const short = new Uint8Array(31);
    await expect(sealBytes(short, context, short)).rejects.toThrow("32 bytes");
    await expect(openBytes(short, context, new Uint8Array(100))).rejects.toThrow("32 bytes");
    await expect(sealBytesWith(new Uint8Array(12), key, context, short)).rejects.toThrow("24 bytes");
  });
});

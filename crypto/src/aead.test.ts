import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as ofNode from "./aead.ts";
import * as ofBrowsers from "./aead-browser.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const zeros = (length: number) => new Uint8Array(length);

describe.each([
  ["Node", sealerOf(ofNode)],
  ["browsers", sealerOf(ofBrowsers)],
])("AES-256-GCM by what %s has", (_, { seal, open }) => {
  test.each([
    ["13", "", "530f8afbc74536b9a963b4f1c4cb738b"],
    ["14", "00".repeat(16), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"],
  ])("is GCM's own test case %s", async (_, plaintext, sealed) => {
    expect(await seal(zeros(32), zeros(12), hex(plaintext))).toEqual(hex(sealed));
    expect(await open(zeros(32), zeros(12), hex(sealed))).toEqual(hex(plaintext));
  });

  test("opens what was sealed, and nothing of which one bit is another", async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, fc.nat(), async (plaintext, associated, at) => {
        const [key, nonce] = [zeros(32).fill(1), zeros(12).fill(2)];
        const sealed = await seal(key, nonce, plaintext, associated);
        expect(await open(key, nonce, sealed, associated)).toEqual(plaintext);
        expect(await open(key, nonce, bent(sealed, at), associated)).toBeUndefined();
        expect(await open(key, nonce, sealed, bent(associated, at))).toBeUndefined();
        expect(await open(key, bent(nonce, at), sealed, associated)).toBeUndefined();
        expect(await open(bent(key, at), nonce, sealed, associated)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test("opens nothing that was cut short or made longer", async () => {
    const sealed = await seal(zeros(32), zeros(12), zeros(20));
    for (let length = 0; length < sealed.length; length++) {
      expect(await open(zeros(32), zeros(12), sealed.slice(0, length))).toBeUndefined();
    }
    expect(await open(zeros(32), zeros(12), Uint8Array.of(...sealed, 0))).toBeUndefined();
  });

  test("takes no key and no nonce of another length", async () => {
    for (const length of [0, 16, 31, 33]) {
      await expect(seal(zeros(length), zeros(12), zeros(1))).rejects.toThrow("32 bytes");
    }
    for (const length of [0, 11, 13, 16]) {
      await expect(seal(zeros(32), zeros(length), zeros(1))).rejects.toThrow("12 bytes");
      await expect(open(zeros(32), zeros(length), zeros(17))).rejects.toThrow("12 bytes");
    }
  });
});

test("what Node seals browsers open, and seal alike", async () => {
  const bytes = fc.uint8Array({ maxLength: 5_000 });
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (plaintext, associated) => {
      const sealed = await sealerOf(ofNode).seal(zeros(32), zeros(12), plaintext, associated);
      expect(await sealerOf(ofBrowsers).seal(zeros(32), zeros(12), plaintext, associated)).toEqual(sealed);
      expect(await sealerOf(ofBrowsers).open(zeros(32), zeros(12), sealed, associated)).toEqual(plaintext);
    }),
    { numRuns: 20 },
  );
});

interface Implementation<Key> {
  importAeadKey(bytes: Uint8Array): Promise<Key>;
  sealAead(key: Key, nonce: Uint8Array, plaintext: Uint8Array, associated?: Uint8Array): Promise<Uint8Array>;
  openAead(
    key: Key,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associated?: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

/** An implementation with keys as bytes, so that both can stand in one table. */
function sealerOf<Key>({ importAeadKey, sealAead, openAead }: Implementation<Key>) {
  type Use = [key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array, associated?: Uint8Array];
  return {
    seal: async (...[key, ...rest]: Use) => sealAead(await importAeadKey(key), ...rest),
    open: async (...[key, ...rest]: Use) => openAead(await importAeadKey(key), ...rest),
  };
}

function bent(bytes: Uint8Array, at: number): Uint8Array {
  const index = at % bytes.length;
  return bytes.with(index, (bytes[index] ?? 0) ^ (1 << (at % 8)));
}

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paddedFileSize, paddedMessageSize, padMessage, padme, unpadMessage } from "./padding.ts";
import { type PaddingVectors, paddingCases } from "./vector-cases/padding.ts";

const vectors: PaddingVectors = JSON.parse(
  readFileSync(new URL("../../vectors/padding.json", import.meta.url), "utf8"),
);
const sizes = fc.oneof(
  fc.nat(5000),
  fc.nat(2 ** 31 - 1),
  fc.integer({ min: 0, max: 2 ** 50 }),
  // Around the powers of two, where exponent and step change.
  fc
    .tuple(fc.integer({ min: 3, max: 50 }), fc.integer({ min: -9, max: 9 }))
    .map(([bits, off]) => Math.max(0, 2 ** bits + off)),
);

describe("vectors/padding.json", () => {
  test.each(paddingCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("a padded message", () => {
  test("gives back its bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        const padded = padMessage(bytes);
        expect(padded.length).toBe(paddedMessageSize(bytes.length));
        expect(unpadMessage(padded)).toEqual(bytes);
      }),
    );
  });

  test("gives them back from the middle of a larger buffer, and as a copy", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const buffer = new Uint8Array(3000).fill(0xff);
    buffer.set(padMessage(bytes), 77);
    const unpadded = unpadMessage(buffer.subarray(77, 77 + 1024));
    buffer.fill(0);
    expect(unpadded).toEqual(bytes);
  });

  test("is refused when a single bit of the padding is another", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(), fc.nat(7), (bytes, place, bit) => {
        const padded = padMessage(bytes);
        const padding = padded.length - 8 - bytes.length;
        fc.pre(padding > 0);
        const at = 8 + bytes.length + (place % padding);
        padded[at] = 1 << bit;
        expect(unpadMessage(padded)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test("is never read as bytes that have another padded form, whatever length it claims", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.bigInt(0n, 4000n), (bytes, claimed) => {
        const padded = padMessage(bytes);
        new DataView(padded.buffer).setBigUint64(0, claimed);
        const read = unpadMessage(padded);
        if (read !== undefined) expect(padMessage(read)).toEqual(padded);
      }),
      { numRuns: 500 },
    );
  });

  test("is refused when it is cut or has grown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: -1200, max: 1200 }), (bytes, by) => {
        fc.pre(by !== 0);
        const padded = padMessage(bytes);
        const other = new Uint8Array(Math.max(0, padded.length + by));
        other.set(padded.subarray(0, other.length));
        expect(unpadMessage(other)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test("is the same for all messages of up to 1016 bytes", () => {
    const lengths = new Set(
      Array.from({ length: 1017 }, (_, size) => padMessage(new Uint8Array(size)).length),
    );
    expect([...lengths]).toEqual([1024]);
  });
});

describe("PURBs, section 4: Padmé", () => {
  test("adds at most 12 %, and nothing to what is padded already", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const padded = padme(size);
        expect(padded).toBeGreaterThanOrEqual(size);
        expect(padded - size).toBeLessThanOrEqual(0.12 * size);
        expect(padme(padded)).toBe(padded);
      }),
      { numRuns: 5000 },
    );
  });

  test("never makes the longer of two shorter than the other", () => {
    fc.assert(
      fc.property(sizes, sizes, (one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)];
        expect(padme(short)).toBeLessThanOrEqual(padme(long));
        expect(paddedFileSize(short)).toBeLessThanOrEqual(paddedFileSize(long));
        expect(paddedMessageSize(short)).toBeLessThanOrEqual(paddedMessageSize(long));
      }),
      { numRuns: 2000 },
    );
  });

  test("shows O(log log M) bits: there are fewer than (log₂ M + 1)² lengths up to M", () => {
    let count = 0;
    let bits = 4;
    for (let length = padme(1); length < 2 ** 48; length = padme(length + 1)) {
      for (; length >= 2 ** bits; bits++) expect(count).toBeLessThan((bits + 1) ** 2);
      count++;
    }
    expect(bits).toBe(48);
    expect(count).toBeLessThan(49 ** 2);
  });

  test.each([
    [1, 1],
    [8, 8],
    [9, 10],
    [10, 10],
    [31, 32],
    [33, 36],
    [1025, 1088],
  ])("the paper's rule for %i bytes gives %i", (size, padded) => {
    expect(padme(size)).toBe(padded);
  });
});

describe("a padded file", () => {
  test("fills whole chunks of 16 KiB, and grows by at most one of them or by 12 %", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const padded = paddedFileSize(size);
        expect(padded % 16_384).toBe(0);
        expect(padded).toBeGreaterThanOrEqual(size + 8);
        expect(padded - size - 8).toBeLessThan(Math.max(16_384, 0.12 * (size + 8)));
      }),
      { numRuns: 5000 },
    );
  });
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d is no size to pad", (size) => {
  expect(() => paddedMessageSize(size)).toThrow(RangeError);
  expect(() => paddedFileSize(size)).toThrow(RangeError);
});

test("a length that is no longer exact when padded is refused", () => {
  expect(() => padme(Number.MAX_SAFE_INTEGER)).toThrow("too large");
});

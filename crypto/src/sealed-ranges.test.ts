import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sealBytesWith } from "./sealed-bytes.ts";
import { type ByteRanges, sealRanges } from "./sealed-ranges.ts";
import { patternOf } from "./vector-cases/sealed-bytes.ts";

const key = new Uint8Array(32).fill(1);
const salt = new Uint8Array(24).fill(2);
const context = new TextEncoder().encode("a context");

function rangesOf(bytes: Uint8Array, pieceBytes = 10_000): ByteRanges & { asked: number } {
  const ranges = {
    size: bytes.length,
    asked: 0,
    async *read(offset: number, length: number) {
      ranges.asked += length;
      const end = offset + length;
      for (let at = offset; at < end; at += pieceBytes)
        yield bytes.subarray(at, Math.min(at + pieceBytes, end));
    },
  };
  return ranges;
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("sealed bytes that are made as they are read", () => {
  test.each([0, 1, 16_383, 16_384, 16_385, 262_143, 262_144, 262_145, 540_000])(
    "of %i bytes are those that are made at once",
    async (size) => {
      const expected = await sealBytesWith(salt, key, context, patternOf(size));
      const sealed = sealRanges(key, context, salt, rangesOf(patternOf(size)));
      expect(sealed.size).toBe(expected.length);
      expect(Buffer.compare(await collect(sealed.read(0, sealed.size)), expected)).toBe(0);
    },
  );

  test("are the same from any place to any place, asked for again and again", async () => {
    const plaintext = patternOf(40 * 16_384);
    const expected = await sealBytesWith(salt, key, context, plaintext);
    const sealed = sealRanges(key, context, salt, rangesOf(plaintext));
    const places = [0, 1, 24, 56, 57, 16_455, 16_456, 16_457, 262_456, 262_457];
    const place = fc.oneof(
      fc.nat(expected.length),
      fc.constantFrom(...places, ...places.map((at) => expected.length - at)),
    );
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        const read = await collect(sealed.read(start, end - start));
        expect(Buffer.compare(read, expected.subarray(start, end))).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("take of the plaintext only the chunks they lie in", async () => {
    const plaintext = rangesOf(patternOf(100 * 16_384));
    const sealed = sealRanges(key, context, salt, plaintext);
    await collect(sealed.read(0, 56));
    expect(plaintext.asked).toBe(0);
    await collect(sealed.read(56 + 50 * 16_400 - 1, 2));
    expect(plaintext.asked).toBe(2 * 16_384);
  });

  test("are held sixteen chunks at a time", async () => {
    const bytes = patternOf(100 * 16_384);
    let taken = 0;
    let given = 0;
    const sealed = sealRanges(key, context, salt, {
      size: bytes.length,
      async *read(offset, length) {
        for await (const piece of rangesOf(bytes).read(offset, length)) {
          taken += piece.length;
          yield piece;
        }
      },
    });
    for await (const piece of sealed.read(0, sealed.size)) {
      given += piece.length;
      expect(taken - given).toBeLessThan(17 * 16_400);
    }
    expect(given).toBe(sealed.size);
  });

  test("tell the plaintext when nobody wants more of it", async () => {
    let told = 0;
    const sealed = sealRanges(key, context, salt, {
      size: 1_000_000,
      async *read() {
        try {
          for (;;) yield patternOf(10_000);
        } finally {
          told++;
        }
      },
    });
    for await (const piece of sealed.read(0, sealed.size)) if (piece.length > 1_000) break;
    await collect(sealed.read(0, sealed.size));
    expect(told).toBe(2);
  });

  test("are none when the plaintext ends early, key or salt have another length, or the place is beyond them", async () => {
    const plaintext = rangesOf(patternOf(20_000));
    const short = sealRanges(key, context, salt, { ...rangesOf(patternOf(19_999)), size: 20_000 });
    await expect(collect(short.read(0, short.size))).rejects.toThrow("ended early");
    const [longKey, shortSalt] = [new Uint8Array(33), new Uint8Array(23)];
    await expect(collect(sealRanges(longKey, context, salt, plaintext).read(0, 1))).rejects.toThrow("key");
    await expect(collect(sealRanges(key, context, shortSalt, plaintext).read(0, 1))).rejects.toThrow("salt");
    const sealed = sealRanges(key, context, salt, plaintext);
    await expect(collect(sealed.read(sealed.size, 1))).rejects.toThrow("Of 20088 sealed bytes");
    await expect(collect(sealed.read(-1, 1))).rejects.toThrow("Of 20088 sealed bytes");
  });
});

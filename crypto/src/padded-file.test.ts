import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { padFile, padStream, unpadFile } from "./padded-file.ts";
import { paddedFileSize } from "./padding.ts";
import type { ByteRanges } from "./sealed-ranges.ts";
import { NotOpenedError } from "./sealed-stream.ts";
import { patternOf } from "./vector-cases/sealed-bytes.ts";
import { type FileVectors, sealedFileCases } from "./vector-cases/sealed-files.ts";

const vectors: FileVectors = JSON.parse(
  readFileSync(new URL("../../vectors/sealed-files.json", import.meta.url), "utf8"),
);

function rangesOf(bytes: Uint8Array): ByteRanges {
  return {
    size: bytes.length,
    async *read(offset, length) {
      yield bytes.subarray(offset, offset + length);
    },
  };
}

/** The padded form as §100.7 says it, made in one piece. */
function paddedForm(bytes: Uint8Array, claimedSize = bytes.length): Uint8Array {
  const padded = new Uint8Array(paddedFileSize(bytes.length));
  new DataView(padded.buffer).setBigUint64(0, BigInt(claimedSize));
  padded.set(bytes, 8);
  return padded;
}

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const edges = [0, 1, 16_375, 16_376, 16_377, 1_048_567, 1_048_568, 1_048_569, 1_200_000];

describe("vectors/sealed-files.json", () => {
  test.each(sealedFileCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("a padded file", () => {
  test.each(edges)("of %i bytes is the form of §100.7, and gives the file back", async (size) => {
    const padded = padFile(rangesOf(patternOf(size)));
    const bytes = await collect(padded.read(0, padded.size));
    expect(bytes.length).toBe(paddedFileSize(size));
    expect(Buffer.compare(bytes, paddedForm(patternOf(size)))).toBe(0);
    for (const pieceBytes of [16_384, 9_999, 10_000_000]) {
      const file = await collect(unpadFile(size, inPieces(bytes, pieceBytes)));
      expect(Buffer.compare(file, patternOf(size))).toBe(0);
    }
  });

  test.each(edges)("of %i bytes is the same when it comes once, in pieces of any size", async (size) => {
    for (const pieceBytes of [16_384, 9_999, 10_000_000]) {
      const bytes = await collect(padStream(size, inPieces(patternOf(size), pieceBytes)));
      expect(Buffer.compare(bytes, paddedForm(patternOf(size)))).toBe(0);
    }
  });

  test("is none when the file that comes is shorter or longer than was said", async () => {
    for (const size of [99, 101]) {
      await expect(collect(padStream(size, inPieces(patternOf(100), 30)))).rejects.toThrow(
        `A file of ${size} bytes has come with more or fewer.`,
      );
    }
  });

  test("is the same from any place to any place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40_000), fc.nat(49_152), fc.nat(49_152), async (size, one, other) => {
        const padded = padFile(rangesOf(patternOf(size)));
        const [start, end] = [Math.min(one, other, padded.size), Math.min(Math.max(one, other), padded.size)];
        const read = await collect(padded.read(start, end - start));
        expect(Buffer.compare(read, paddedForm(patternOf(size)).subarray(start, end))).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("is read in pieces of any size, be they of a single byte, and gives no empty one", async () => {
    for (const size of [0, 1, 100, 16_376]) {
      for (const pieceBytes of [1, 3, 7, 8, 9]) {
        const pieces: Uint8Array[] = [];
        for await (const piece of unpadFile(size, inPieces(paddedForm(patternOf(size)), pieceBytes))) {
          expect(piece.length).toBeGreaterThan(0);
          pieces.push(piece);
        }
        expect(Buffer.compare(Buffer.concat(pieces), patternOf(size))).toBe(0);
      }
    }
  });

  test("is refused when a single bit of its length or padding is another", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20_000), fc.nat(), fc.nat(7), async (size, place, bit) => {
        const padded = paddedForm(patternOf(size));
        const at = place % (padded.length - size);
        const changed = at < 8 ? at : at + size;
        padded[changed] = (padded[changed] ?? 0) ^ (1 << bit);
        await expect(collect(unpadFile(size, inPieces(padded, 5_000)))).rejects.toThrow(NotOpenedError);
      }),
      { numRuns: 300 },
    );
  });

  test("of another length than was said gives nothing, even where both have one padded size", async () => {
    for (const said of [99, 101, 0, 16_376]) {
      const given: Uint8Array[] = [];
      const reading = (async () => {
        for await (const piece of unpadFile(said, inPieces(paddedForm(patternOf(100)), 16_384)))
          given.push(piece);
      })();
      await expect(reading).rejects.toThrow(NotOpenedError);
      expect(given).toEqual([]);
    }
  });

  test("is refused when it is shorter or longer than is prescribed for the length in it", async () => {
    const padded = paddedForm(patternOf(100));
    const longer = Buffer.concat([padded, new Uint8Array(16_384)]);
    for (const bytes of [padded.subarray(0, -1), padded.subarray(0, 108), new Uint8Array(), longer]) {
      await expect(collect(unpadFile(100, inPieces(bytes, 1_000)))).rejects.toThrow(NotOpenedError);
    }
  });

  test("of more bytes than can be counted is none", () => {
    expect(() => padFile({ ...rangesOf(new Uint8Array()), size: Number.MAX_SAFE_INTEGER })).toThrow(
      RangeError,
    );
  });
});

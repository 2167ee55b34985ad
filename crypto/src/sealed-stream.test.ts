import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sealedBytesVectors } from "./seal-vectors/sealed-bytes-vectors.ts";
import { openBytes, sealBytes } from "./sealed-bytes.ts";
import { chunkPlace } from "./sealed-layout.ts";
import { findSealedChunks, NotOpenedError, openStream, sealStream } from "./sealed-stream.ts";
import { patternOf } from "./vector-cases/sealed-bytes.ts";
import { inPieces, outcomeOf, sealedStreamCases } from "./vector-cases/sealed-streams.ts";

const vectors = await sealedBytesVectors();
const key = new Uint8Array(32).fill(1);
const context = new TextEncoder().encode("a context");

async function piecesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await piecesOf(stream)));
}

describe("a stream", () => {
  test("is sealed and opened as at once, however it is cut into pieces", async () => {
    const size = fc.constantFrom(0, 1, 16_383, 16_384, 16_385, 262_143, 262_144, 262_145, 300_000);
    const pieceBytes = fc.constantFrom(1_000, 16_384, 16_400, 65_536, 1_000_000);
    await fc.assert(
      fc.asyncProperty(size, pieceBytes, pieceBytes, async (size, sealPieces, openPieces) => {
        const sealed = await collect(sealStream(key, context, inPieces(patternOf(size), sealPieces)));
        const atOnce = await openBytes(key, context, sealed);
        expect(atOnce && Buffer.compare(atOnce, patternOf(size))).toBe(0);
        const opened = await collect(openStream(key, context, inPieces(sealed, openPieces)));
        expect(Buffer.compare(opened, patternOf(size))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test("gives no empty piece, which some sinks refuse", async () => {
    const sealed = await collect(sealStream(key, context, inPieces(patternOf(32_768), 1_000)));
    const pieces = await piecesOf(openStream(key, context, inPieces(sealed, 1_000)));
    expect(pieces.map((piece) => piece.length)).toEqual([16_384, 16_384]);
  });

  test("of hundreds of chunks is held sixteen at a time", async () => {
    for (const open of [false, true]) {
      let taken = 0;
      async function* counted(bytes: Uint8Array) {
        for await (const piece of inPieces(bytes, 10_000)) {
          taken += piece.length;
          yield piece;
        }
      }
      const plaintext = patternOf(200 * 16_384);
      const stream = open
        ? openStream(key, context, counted(await sealBytes(key, context, plaintext)))
        : sealStream(key, context, counted(plaintext));
      let given = 0;
      for await (const piece of stream) {
        given += piece.length;
        expect(taken - given).toBeLessThan(17 * 16_400);
      }
      expect(given).toBeGreaterThanOrEqual(plaintext.length);
    }
  });

  test("may use the same memory again for its next piece", async () => {
    const plaintext = patternOf(100_000);
    async function* oneBuffer() {
      const buffer = new Uint8Array(1_000);
      for await (const piece of inPieces(plaintext, 1_000)) {
        buffer.set(piece);
        yield buffer;
      }
    }
    const sealed = await collect(sealStream(key, context, oneBuffer()));
    expect(Buffer.compare((await openBytes(key, context, sealed)) ?? new Uint8Array(), plaintext)).toBe(0);
  });

  test("that nobody wants any more is told so", async () => {
    let told = 0;
    async function* source(bytes: Uint8Array) {
      try {
        yield* inPieces(bytes, 10_000);
      } finally {
        told++;
      }
    }
    const sealed = await sealBytes(key, context, patternOf(2_000_000));
    for await (const piece of sealStream(key, context, source(patternOf(2_000_000)))) {
      if (piece.length > 1_000) break;
    }
    for await (const _ of openStream(key, context, source(sealed))) break;
    await outcomeOf(openStream(key, new Uint8Array(), source(sealed)));
    expect(told).toBe(3);
  });

  test("that breaks off says so with its own error, and not as an end", async () => {
    async function* broken() {
      yield patternOf(20_000);
      throw new Error("the wire was cut");
    }
    await expect(collect(sealStream(key, context, broken()))).rejects.toThrow("the wire was cut");
    await expect(collect(openStream(key, context, broken()))).rejects.toThrow(NotOpenedError);
  });
});

describe("a bad case of the vectors, after nothing but what is authentic", () => {
  test.each(sealedStreamCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("sealed bytes that are read from the middle", () => {
  const plaintext = patternOf(40 * 16_384 + 100);

  async function sealedChunks() {
    const sealed = await sealBytes(key, context, plaintext);
    const chunks = await findSealedChunks(key, context, {
      header: sealed.subarray(0, 56),
      sealedSize: sealed.length,
    });
    if (chunks === undefined) throw new Error("what was just sealed is not known again");
    const bytesOf = (number: number) => {
      const { start, end } = chunkPlace(number);
      return sealed.subarray(start, end);
    };
    return { sealed, chunks, bytesOf };
  }

  test("go on at any chunk to the end", async () => {
    const { sealed, chunks } = await sealedChunks();
    expect(chunks).toMatchObject({ size: plaintext.length, chunkCount: 41 });
    for (const number of [0, 1, 16, 39, 40]) {
      const rest = inPieces(sealed.subarray(chunkPlace(number).start), 50_000);
      const opened = await collect(chunks.openFrom(number, rest));
      expect(Buffer.compare(opened, plaintext.subarray(number * 16_384))).toBe(0);
    }
  });

  test("give each chunk alone, and none for another", async () => {
    const { chunks, bytesOf } = await sealedChunks();
    for (const number of [0, 7, 40]) {
      const opened = await chunks.openChunk(number, bytesOf(number));
      const expected = plaintext.subarray(number * 16_384, (number + 1) * 16_384);
      expect(opened && Buffer.compare(opened, expected)).toBe(0);
    }
    expect(await chunks.openChunk(1, bytesOf(2))).toBeUndefined();
    expect(await chunks.openChunk(0, bytesOf(40))).toBeUndefined();
    expect(await chunks.openChunk(40, bytesOf(0))).toBeUndefined();
    expect(await chunks.openChunk(41, bytesOf(40))).toBeUndefined();
    expect(await chunks.openChunk(0, Buffer.concat([bytesOf(0), bytesOf(1)]))).toBeUndefined();
    expect(await chunks.openChunk(0, new Uint8Array())).toBeUndefined();
  });

  test("fail when they begin elsewhere, end early or go on", async () => {
    const { sealed, chunks } = await sealedChunks();
    const { start } = chunkPlace(20);
    for (const [number, bytes] of [
      [21, sealed.subarray(start)],
      [20, sealed.subarray(start, -100)],
      [20, sealed.subarray(start, chunkPlace(30).start)],
      [20, Buffer.concat([sealed.subarray(start), Uint8Array.of(0)])],
      [20, new Uint8Array()],
    ] as const) {
      expect((await outcomeOf(chunks.openFrom(number, inPieces(bytes, 50_000)))).whole).toBe(false);
    }
  });

  test("are not known by a header that is not theirs, or by a size that nothing sealed has", async () => {
    const { sealed } = await sealedChunks();
    const [header, sealedSize] = [sealed.subarray(0, 56), sealed.length];
    expect(await findSealedChunks(key, new Uint8Array(), { header, sealedSize })).toBeUndefined();
    expect(await findSealedChunks(key, context, { header: header.subarray(1), sealedSize })).toBeUndefined();
    expect(await findSealedChunks(key, context, { header, sealedSize: 56 + 16_400 })).toBeUndefined();
    expect(await findSealedChunks(key, context, { header, sealedSize: 40 })).toBeUndefined();
  });

  test("end where their size says: a shorter message is not taken for a longer one", async () => {
    const { sealed } = await sealedChunks();
    const header = sealed.subarray(0, 56);
    const chunks = await findSealedChunks(key, context, { header, sealedSize: sealed.length + 16_400 });
    const outcome = await outcomeOf(
      chunks?.openFrom(0, inPieces(sealed.subarray(56), 50_000)) ?? inPieces(header, 1),
    );
    expect(outcome.whole).toBe(false);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, Malformed } from "./bytes.ts";
import { compareAge, type DocEntry, docStates, entriesOf, largestNumber, tableOf } from "./doc-table.ts";
import { openWhole } from "./segment.ts";
import { packPosting, SegmentWriter } from "./segment-writer.ts";
import { TermCursor } from "./term-cursor.ts";

const entries = fc
  .uniqueArray(
    fc.record({
      id: fc.nat(largestNumber),
      receivedAt: fc.integer({ min: -largestNumber, max: largestNumber }),
      version: fc.nat(largestNumber),
      state: fc.constantFrom(...docStates),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 60 },
  )
  .map((all): DocEntry[] => all.sort(compareAge));

const terms = fc.uniqueArray(
  fc.tuple(
    fc.oneof(
      fc.string({ minLength: 1, maxLength: 60 }),
      fc.string({ unit: fc.constantFrom("a", "b", "é", "京", "🎉"), minLength: 1 }),
    ),
    fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 31 })), { minLength: 1, maxLength: 60 }),
  ),
  { selector: ([term]) => term, maxLength: 200 },
);

type Index = [term: string, postings: number[]][];

/** As a writer wants it: in order, each message once. */
function inOrder(
  found: readonly (readonly [string, readonly (readonly [number, number])[]])[],
  size: number,
): Index {
  const encoder = new TextEncoder();
  return found
    .map(([term, places]): [string, number[]] => {
      const byDoc = new Map(places.map(([doc, fields]) => [doc % size, fields]));
      return [term, [...byDoc].sort(([a], [b]) => a - b).map(([doc, fields]) => packPosting(doc, fields))];
    })
    .sort(([a], [b]) => compareBytes(encoder.encode(a), encoder.encode(b)));
}

function write(table: DocEntry[], index: Index, pieceBytes: number): Uint8Array[] {
  const writer = new SegmentWriter(tableOf(table), pieceBytes);
  for (const [term, postings] of index) writer.addTerm(new TextEncoder().encode(term), postings);
  writer.finish();
  return writer.takePieces();
}

async function readAll(pieces: readonly Uint8Array[]): Promise<{ entries: DocEntry[]; index: Index }> {
  const segment = await openWhole(pieces);
  const cursor = new TermCursor(segment, (place) => pieces[place] ?? new Uint8Array());
  const index: Index = [];
  let isAtTerm = await cursor.seek(new Uint8Array());
  while (isAtTerm) {
    const postings: number[] = [];
    cursor.forEach((doc, fields) => {
      postings.push(packPosting(doc, fields));
    });
    index.push([new TextDecoder("utf-8", { ignoreBOM: true }).decode(cursor.term()), postings]);
    isAtTerm = cursor.advance() || ((await cursor.enterNextBlock()) && cursor.advance());
  }
  return { entries: entriesOf(segment.table), index };
}

describe("a segment", () => {
  test("gives back what was written, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        entries,
        terms,
        fc.integer({ min: 20, max: 5000 }),
        async (table, found, pieceBytes) => {
          const index = inOrder(found, table.length);
          expect(await readAll(write(table, index, pieceBytes))).toEqual({ entries: table, index });
        },
      ),
      { numRuns: 200 },
    );
  });

  test("finds each of its terms, and the next one where it has not got one", async () => {
    await fc.assert(
      fc.asyncProperty(terms, fc.string({ maxLength: 4 }), async (found, other) => {
        const index = inOrder(found, 60);
        const table = Array.from(
          { length: 60 },
          (_, at): DocEntry => ({ id: 99 - at, receivedAt: 0, version: 0, state: "whole" }),
        );
        const pieces = write(table, index, 200);
        const cursor = new TermCursor(await openWhole(pieces), (place) => pieces[place] ?? new Uint8Array());
        for (const [wanted] of [...index, [other]]) {
          const bytes = new TextEncoder().encode(wanted);
          const next = index.find(([term]) => compareBytes(new TextEncoder().encode(term), bytes) >= 0);
          expect(await cursor.seek(bytes)).toBe(next !== undefined);
          if (next !== undefined) expect(cursor.term()).toEqual(new TextEncoder().encode(next[0]));
        }
      }),
      { numRuns: 100 },
    );
  });

  test("whose bytes are anything at all is malformed, or is read to its end", async () => {
    const table = Array.from(
      { length: 40 },
      (_, at): DocEntry => ({ id: 99 - at, receivedAt: at % 2 === 0 ? 7 : 7, version: 0, state: "whole" }),
    );
    const index = inOrder(
      [
        ["a", [[1, 8]]],
        [
          "ab",
          [
            [2, 9],
            [3, 8],
          ],
        ],
        ["b", Array.from({ length: 40 }, (_, at): [number, number] => [at, 8])],
      ],
      40,
    );
    const good = write(table, index, 10_000);
    const change = fc.record({ piece: fc.nat(), at: fc.nat(), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const pieces = good.map((piece) => piece.slice());
        for (const { piece, at, byte } of changes) {
          const chosen = pieces[piece % pieces.length];
          if (chosen !== undefined) chosen[at % chosen.length] = byte;
        }
        const read = await readAll(pieces).catch((error: unknown) => error);
        if (!(read instanceof Malformed)) expect(read).toEqual({ entries: table, index });
      }),
      { numRuns: 500 },
    );
  });

  test("is refused when its pieces are missing, exchanged, or another's", async () => {
    const table: DocEntry[] = [{ id: 1, receivedAt: 0, version: 0, state: "whole" }];
    const many = (from: string) =>
      inOrder(
        Array.from({ length: 3000 }, (_, at) => [`${from}${at}`, [[0, 8]]] as const),
        1,
      );
    const pieces = write(table, many("a"), 3000);
    const others = write(table, many("b"), 3000);
    expect(pieces.length).toBeGreaterThan(3);
    const swapped = [...pieces];
    [swapped[0], swapped[1]] = [pieces[1] ?? new Uint8Array(), pieces[0] ?? new Uint8Array()];
    for (const bad of [
      pieces.slice(1),
      pieces.slice(0, -1),
      swapped,
      [...others.slice(0, 1), ...pieces.slice(1)],
      [],
    ]) {
      await expect(openWhole(bad)).rejects.toThrow(Malformed);
    }
  });
});

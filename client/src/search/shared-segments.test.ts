import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareAge, type DocEntry, docStates, isBetter, tableOf } from "./doc-table.ts";
import { findPieceRecord, gatherSegments, segmentIdOf, writePieceRecord } from "./piece-record.ts";
import { findSealedPiece, sealPiece, searchKey } from "./sealed-pieces.ts";
import { openIndex, type SearchIndex } from "./search-index.ts";
import { largestPiece } from "./segment-format.ts";
import { memorySegmentStore } from "./segment-store.ts";
import { findLacking, findRedundant, type SharedSegment } from "./shared-segments.ts";
import { fill, fixed, mergeAll, small } from "./test-mailbox.ts";
import { idsOf, scan } from "./test-search.ts";

const newSha256 = () => createHash("sha256");
const keyring = { address: "alice@a.test", rootSecret: new Uint8Array(32).fill(7) };

async function recordsOf(index: SearchIndex) {
  const key = await searchKey(keyring);
  const records = [];
  for (const { number } of index.segments()) {
    const pieces = (await index.readSegment(number)) ?? [];
    const segment = segmentIdOf(pieces, newSha256());
    index.nameSegment(number, segment);
    for (const [place, piece] of pieces.entries()) {
      records.push(await sealPiece(key, { segment, place, count: pieces.length, piece }));
    }
  }
  return { key, records };
}

describe("another device", () => {
  test("has the index of the first by its records, and reads no message for it", async () => {
    const first = await openIndex(memorySegmentStore(), small);
    await fill(first, fixed);
    await mergeAll(first);
    const { key, records } = await recordsOf(first);

    const second = await openIndex(memorySegmentStore(), small);
    const pieces = await Promise.all(records.toReversed().map((record) => findSealedPiece(key, record)));
    const { whole, incomplete } = gatherSegments(
      pieces.filter((piece) => piece !== undefined),
      newSha256,
    );
    expect(incomplete).toEqual([]);
    for (const [name, parts] of whole) expect(await second.adopt(parts, name)).toBe(true);
    for (const [name, parts] of whole) expect(await second.adopt(parts, name)).toBe(false);
    expect(second.lacking(fixed)).toEqual([]);
    await fill(second, []);
    expect(await idsOf(second, "a* ")).toEqual(scan(fixed, "a* "));
    expect(
      second
        .segments()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...whole.keys()].sort());
  });

  test("keeps its own newer texts, and what it has removed stays removed", async () => {
    const [one, two, three] = ["m1", "m2", "m3"].map((id) => ({ id, receivedAt: 5, texts: { body: "old" } }));
    const first = await openIndex(memorySegmentStore());
    await first.add([one, two, three].filter((doc) => doc !== undefined));
    await first.flush();
    const [segment] = first.segments();
    const pieces = (await first.readSegment(segment?.number ?? -1)) ?? [];

    const second = await openIndex(memorySegmentStore());
    await second.add([
      { id: "m1", receivedAt: 5, version: 1, texts: { body: "new" } },
      { id: "m2", receivedAt: 5, texts: { body: "gone" } },
    ]);
    await second.flush();
    await second.remove(["m2"]);
    expect(await second.adopt(pieces, "x")).toBe(true);
    expect(await idsOf(second, "old ")).toEqual(["m3"]);
    expect(await idsOf(second, "new ")).toEqual(["m1"]);
    await second.flush();
    await mergeAll(second);
    expect(await idsOf(second, "")).toEqual(["m3", "m1"]);
  });

  test("takes a newer text than the one that it has not even written yet", async () => {
    const first = await openIndex(memorySegmentStore());
    await first.add([{ id: "m1", receivedAt: 5, version: 1, texts: { body: "new" } }]);
    await first.flush();
    const pieces = (await first.readSegment(first.segments()[0]?.number ?? -1)) ?? [];
    const second = await openIndex(memorySegmentStore());
    await second.add([{ id: "m1", receivedAt: 5, texts: { body: "old" } }]);
    expect(await second.adopt(pieces, "x")).toBe(true);
    expect(await idsOf(second, "old ")).toEqual([]);
    expect(await idsOf(second, "new ")).toEqual(["m1"]);
    expect(second.coverage().messages).toBe(1);
  });

  test("takes nothing that is damaged", async () => {
    const index = await openIndex(memorySegmentStore());
    expect(await index.adopt([Uint8Array.of(1, 2, 3)], "x")).toBe(false);
    expect(index.coverage().messages).toBe(0);
  });
});

describe("a piece", () => {
  const piece = {
    segment: "00112233445566778899aabbccddeeff",
    place: 3,
    count: 9,
    piece: new Uint8Array(largestPiece).fill(5),
  };

  test("of the greatest size fits into a record", async () => {
    const { sealed } = await sealPiece(await searchKey(keyring), piece);
    expect(sealed.length).toBeLessThanOrEqual(240_000);
  });

  test("is what it was sealed as, and nothing where it was put in another's place", async () => {
    const key = await searchKey(keyring);
    const [record, other] = [await sealPiece(key, piece), await sealPiece(key, { ...piece, place: 4 })];
    expect(await findSealedPiece(key, record)).toEqual(piece);
    for (const bad of [
      { ...record, id: other.id },
      { ...record, revision: 2 },
      { ...record, sealed: `${record.sealed.startsWith("A") ? "B" : "A"}${record.sealed.slice(1)}` },
      { ...record, sealed: "%" },
    ]) {
      expect(await findSealedPiece(key, bad)).toBeUndefined();
    }
    const stranger = await searchKey({ ...keyring, rootSecret: new Uint8Array(32) });
    expect(await findSealedPiece(stranger, record)).toBeUndefined();
  });

  test("is read from no other bytes", () => {
    const bytes = writePieceRecord({ ...piece, piece: Uint8Array.of(1) });
    expect(findPieceRecord(bytes)).toEqual({ ...piece, piece: Uint8Array.of(1) });
    expect(findPieceRecord(bytes.subarray(0, 20))).toBeUndefined();
    expect(findPieceRecord(bytes.with(0, 2))).toBeUndefined();
    expect(findPieceRecord(bytes.with(18, 9))).toBeUndefined();
  });

  test("alone, or among another segment's, makes no whole segment", () => {
    const parts = [Uint8Array.of(1), Uint8Array.of(2)];
    const segment = segmentIdOf(parts, newSha256());
    const made = parts.map((part, place) => ({ segment, place, count: 2, piece: part }));
    expect(gatherSegments(made, newSha256).whole.get(segment)).toEqual(parts);
    const bad = [[made[0]], [...made, made[0]], made.map((one) => ({ ...one, piece: Uint8Array.of(9) }))];
    for (const pieces of bad) {
      const { whole, incomplete } = gatherSegments(
        pieces.filter((one) => one !== undefined),
        newSha256,
      );
      expect(whole.size).toBe(0);
      expect(new Set(incomplete)).toEqual(new Set(pieces.map((one) => `${segment}.${one?.place}`)));
    }
  });
});

const entry = fc.record({
  id: fc.nat(12),
  receivedAt: fc.constant(0),
  version: fc.nat(2),
  state: fc.constantFrom(...docStates),
});
const shared = fc
  .array(fc.uniqueArray(entry, { selector: ({ id }) => id, minLength: 1 }), { maxLength: 8 })
  .map((segments) =>
    segments.map((entries, at): SharedSegment & { entries: DocEntry[] } => ({
      name: `s${at}`,
      entries,
      table: tableOf(entries.toSorted(compareAge)),
    })),
  );

/** The best word on each message. */
function wordsOf(segments: readonly { entries: DocEntry[] }[]): Map<number, DocEntry> {
  const words = new Map<number, DocEntry>();
  for (const { entries } of segments) {
    for (const one of entries) {
      const other = words.get(one.id);
      if (other === undefined || isBetter(one, other)) words.set(one.id, one);
    }
  }
  return words;
}

describe("devices that share segments", () => {
  test("lose nothing, whatever part of them each has seen when it deletes", () => {
    fc.assert(
      fc.property(
        shared,
        fc.array(fc.array(fc.boolean()), { maxLength: 6 }),
        fc.nat(12),
        (segments, views, gone) => {
          const isGone = (id: string) => id === `m${gone}`;
          const deleted = new Set(
            views.flatMap((seen) =>
              findRedundant(
                segments.filter((_, at) => seen[at] ?? true),
                isGone,
              ),
            ),
          );
          const left = wordsOf(segments.filter(({ name }) => !deleted.has(name)));
          for (const [id, word] of wordsOf(segments)) {
            if (isGone(`m${id}`)) continue;
            const kept = left.get(id);
            expect(kept).toBeDefined();
            expect(kept !== undefined && isBetter(word, kept)).toBe(false);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("keep none that only repeats a larger one, and none of messages that are gone", () => {
    const of = (name: string, ...ids: number[]): SharedSegment => ({
      name,
      table: tableOf(ids.map((id) => ({ id, receivedAt: 0, version: 0, state: "whole" }))),
    });
    const nobody = () => false;
    expect(findRedundant([of("a", 3, 2), of("b", 3, 2, 1)], nobody)).toEqual(["a"]);
    expect(findRedundant([of("b", 2, 1), of("a", 2, 1)], nobody)).toEqual(["b"]);
    expect(findRedundant([of("a", 2), of("b", 1)], nobody)).toEqual([]);
    expect(findRedundant([of("a", 2), of("b", 3, 1)], (id) => id === "m2")).toEqual(["a"]);
  });

  test("write what the server lacks and no more", () => {
    fc.assert(
      fc.property(shared, shared, (own, there) => {
        const nobody = () => false;
        const written = findLacking(own, there, nobody);
        const after = wordsOf([...there, ...written]);
        for (const [id, word] of wordsOf(own)) {
          if (word.state !== "removed") expect(after.get(id)).toBeDefined();
          if (word.state !== "removed") expect(isBetter(word, after.get(id) ?? word)).toBe(false);
        }
        expect(findLacking(own, [...there, ...written], nobody)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

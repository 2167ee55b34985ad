import fc from "fast-check";
import { expect, test } from "vitest";
import {
  readEntries,
  readPostings,
  readStamps,
  writeBlocks,
  writePostings,
  writeStamps,
} from "./query-postings.ts";

const ids = fc.uniqueArray(fc.oneof(fc.nat(300), fc.nat(1_000_000), fc.nat(2 ** 40)), {
  minLength: 1,
  maxLength: 50,
});

test("messages that have a word are read as they were written", () => {
  fc.assert(
    fc.property(ids, fc.nat(1_000), fc.integer({ min: 1, max: 127 }), (some, behind, parts) => {
      const messages = some.sort((a, b) => b - a).map((id) => ({ id, parts }));
      const lastId = (some[0] ?? 0) + behind;
      const read: typeof messages = [];
      readPostings(writePostings(messages, lastId), lastId, (id, at) => read.push({ id, parts: at }));
      expect(read).toEqual(messages);
    }),
  );
});

test("blocks hold all words in their order, each block small, and begin with the word they are found by", () => {
  const words = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 40, unit: "binary" }), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(words, fc.uint8Array({ maxLength: 300 }), (some, postings) => {
      const sorted = some.map((word) => Buffer.from(word)).sort(Buffer.compare);
      const blocks = writeBlocks(sorted.map((word) => ({ word, postings })));
      const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
      const read = blocks.map(({ entries }) => {
        const shown: string[] = [];
        for (const entry of readEntries(entries)) shown.push(`${hex(entry.word)} ${hex(entry.postings)}`);
        return shown;
      });
      expect(read.flat()).toEqual(sorted.map((word) => `${hex(word)} ${hex(postings)}`));
      expect(read.map(([first]) => first)).toEqual(
        blocks.map(({ firstWord }) => `${hex(firstWord)} ${hex(postings)}`),
      );
      for (const { entries } of blocks) expect(entries.length).toBeLessThan(3_000);
    }),
  );
});

test("stamps are read as they were written", () => {
  fc.assert(
    fc.property(ids, fc.nat(2 ** 41), (some, stamp) => {
      const messages = some.sort((a, b) => a - b).map((id) => ({ id, stamp }));
      expect(readStamps(writeStamps(messages))).toEqual(messages);
    }),
  );
});

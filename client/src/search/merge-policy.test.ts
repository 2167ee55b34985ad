import fc from "fast-check";
import { expect, test } from "vitest";
import { dueMerge, type Mergeable } from "./merge-policy.ts";

const limits = { largestDocs: 16_000, largestBytes: 8_000_000 };
const dayMs = 24 * 60 * 60 * 1000;
const newest = Date.UTC(2026, 10, 24);

function segment(newest: number, docs: number, outdated = 0): Mergeable {
  return { newest, docs, outdated, bytes: 300 * docs };
}

/** What becomes of them, and how many messages were written for it. */
function settle(
  segments: readonly Mergeable[],
  oldestIndexed: number,
): { left: Mergeable[]; written: number } {
  let left = [...segments];
  let written = 0;
  for (
    let due = dueMerge(left, oldestIndexed, limits);
    due.length > 0;
    due = dueMerge(left, oldestIndexed, limits)
  ) {
    const kept = due.reduce((sum, { docs, outdated }) => sum + docs - outdated, 0);
    const merged = kept === 0 ? [] : [segment(Math.max(...due.map(({ newest }) => newest)), kept)];
    left = [...left.filter((one) => !due.includes(one)), ...merged];
    written += kept;
  }
  return { left, written };
}

test("a mailbox that gets letters day by day for years has few segments, and writes no letter often", () => {
  let left: Mergeable[] = [];
  let [written, most] = [0, 0];
  const days = 6 * 365;
  for (let day = 0; day < days; day++) {
    const settled = settle([...left, segment(newest - (days - day) * dayMs, 30)], 0);
    left = settled.left;
    written += settled.written;
    most = Math.max(most, left.length);
  }
  expect(most).toBeLessThan(30);
  expect(written / (30 * days)).toBeLessThan(12);
});

test("a mailbox that is indexed newest first has few segments, and writes no letter often", () => {
  let left: Mergeable[] = [];
  let written = 0;
  for (let month = 0; month < 120; month++) {
    const at = Date.UTC(2026, 10 - month, 20);
    for (const docs of [500, 350]) {
      const settled = settle([...left, segment(at, docs)], at);
      left = settled.left;
      written += settled.written;
    }
  }
  expect(settle(left, -1).left.length).toBeLessThan(20);
  expect(written / (850 * 120)).toBeLessThan(3);
});

test("whatever there is, merging comes to an end, and nothing grows beyond its bounds", () => {
  const any = fc.record({
    newest: fc.integer({ min: 0, max: newest }),
    docs: fc.integer({ min: 1, max: 20_000 }),
    outdated: fc.nat(20_000),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), fc.integer({ min: 0, max: newest }), (found, oldest) => {
      const segments = found.map(({ newest, docs, outdated }) =>
        segment(newest, docs, outdated % (docs + 1)),
      );
      const { left } = settle(segments, oldest);
      const largest = Math.max(0, ...segments.map(({ docs }) => docs));
      for (const { docs, outdated } of left) {
        expect(docs).toBeLessThanOrEqual(Math.max(limits.largestDocs, largest));
        expect(outdated).toBeLessThan(docs);
      }
    }),
  );
});

test("letters of a year that is not indexed to its beginning stay by month", () => {
  const months = [1, 2, 3].map((month) => segment(Date.UTC(2024, month, 5), 800));
  expect(dueMerge([...months, segment(newest, 1)], Date.UTC(2024, 1, 1), limits)).toEqual([]);
  expect(dueMerge([...months, segment(newest, 1)], Date.UTC(2023, 11, 31), limits)).toHaveLength(3);
});

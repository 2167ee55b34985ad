import fc from "fast-check";
import { expect, it } from "vitest";
import { IdSet } from "./query-ids.ts";

/** As they are after some starts of a server: close together, and far from those before. */
const id = fc
  .record({ epoch: fc.nat(3), id: fc.nat(100_000) })
  .map(({ epoch, id: one }) => epoch * 2 ** 40 + one);
const ids = fc.uniqueArray(id, { maxLength: 200 });

function setOf(list: readonly number[]): IdSet {
  const set = new IdSet();
  for (const one of list) set.add(one);
  return set;
}

it("holds what was added and nothing else, in order, however far apart", () => {
  fc.assert(
    fc.property(ids, ids, (added, others) => {
      const set = setOf(added);
      expect(set.list(200)).toEqual(added.toSorted((a, b) => a - b));
      for (const one of [...added, ...others]) expect(set.has(one)).toBe(added.includes(one));
      if (added.length > 0) expect(set.list(added.length - 1)).toBeUndefined();
    }),
  );
});

it("keeps what another has too, and takes more after that", () => {
  fc.assert(
    fc.property(ids, ids, id, (mine, others, later) => {
      const set = setOf(mine);
      set.keep(setOf(others));
      set.add(later);
      const both = new Set([...mine.filter((one) => others.includes(one)), later]);
      expect(set.list(200)).toEqual([...both].sort((a, b) => a - b));
    }),
  );
});

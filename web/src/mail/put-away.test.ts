import fc from "fast-check";
import { expect, test } from "vitest";
import { agesWithout, indexAt, placeAt, placesOf } from "./put-away.ts";

const pageSize = 4;

test("a list without what was put away is the list of the others", () => {
  fc.assert(
    fc.property(fc.nat({ max: 14 }), fc.uniqueArray(fc.nat({ max: 13 }), { maxLength: 5 }), (count, away) => {
      const ids = Array.from({ length: count }, (_, at) => `t${at}`);
      const pages = new Map(
        Array.from({ length: Math.ceil(count / pageSize) }, (_, page) => {
          const rows = ids.slice(page * pageSize, (page + 1) * pageSize);
          return [page, { rows: rows.map((threadId) => ({ threadId })) }] as const;
        }),
      );
      const wanted = ids.filter((_, at) => !away.includes(at));
      const gone = placesOf(pages, pageSize, new Set(away.map((at) => `t${at}`)));
      const shown = Array.from({ length: count - gone.length }, (_, index) => ids[placeAt(index, gone)]);
      expect(shown).toEqual(wanted);
      expect(wanted.map((id) => indexAt(ids.indexOf(id), gone))).toEqual(wanted.map((_, index) => index));
    }),
  );
});

test("the headings stand above the rows that are left", () => {
  const ages = { today: 2, yesterday: 1, week: 3 };
  expect(agesWithout(ages, [0, 2, 3, 9])).toEqual({ today: 1, yesterday: 0, week: 2 });
  expect(agesWithout(null, [0])).toBe(null);
});

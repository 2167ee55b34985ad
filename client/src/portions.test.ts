import fc from "fast-check";
import { expect, test } from "vitest";
import { portionsOf } from "./portions.ts";

const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0);

test("whatever the sizes are, all are in one portion each, in their order, and no portion could have had the next", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20)),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 30 }),
      (sizes, most, largest) => {
        const portions = portionsOf(sizes, { most, largest, sizeOf: (size) => size });
        expect(portions.flat()).toEqual(sizes);
        for (const [at, portion] of portions.entries()) {
          expect(portion.length).toBeGreaterThan(0);
          expect(portion.length <= most && (portion.length === 1 || sum(portion) <= largest)).toBe(true);
          const next = portions[at + 1]?.[0];
          if (next !== undefined) expect(portion.length === most || sum(portion) + next > largest).toBe(true);
        }
      },
    ),
  );
});

import { expect, test } from "vitest";
import { percentile, spreadOf } from "./spread.ts";

test.each([
  [[5], 50, 5],
  [[9, 1, 5], 50, 5],
  [[4, 1, 3, 2], 50, 2.5],
  [[10, 9, 2, 1], 0, 1],
  [[10, 9, 2, 1], 100, 10],
  [Array.from({ length: 101 }, (_, index) => index), 99, 99],
])("of %j, %d in a hundred are not above %d", (values, percent, expected) => {
  expect(percentile(values, percent)).toBe(expected);
});

test("a spread sorts by number, not by text", () => {
  expect(spreadOf([100, 20, 3])).toEqual({ min: 3, median: 20, max: 100 });
});

test("nothing measured is no figure", () => {
  expect(() => percentile([], 50)).toThrow(RangeError);
});

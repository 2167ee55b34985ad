import fc from "fast-check";
import { expect, test } from "vitest";
import { isSame } from "./same.ts";

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, undefined, 0, 1, "", "a", true),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { noNullPrototype: true }),
  ),
})).value;

test("two values are the same when their JSON is, in whatever order their members stand", () => {
  const inOrder = (value: unknown): string | undefined =>
    JSON.stringify(value, (_, one: unknown) =>
      typeof one === "object" && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    );
  const hasHoles = (value: unknown): boolean =>
    Array.isArray(value) && value.some((one) => one === undefined || hasHoles(one));
  fc.assert(
    fc.property(values, values, (a, b) => {
      // Of a list's members JSON cannot say that they are undefined.
      fc.pre(!hasHoles(a) && !hasHoles(b) && !JSON.stringify([a, b]).includes("[null"));
      expect(isSame(a, b)).toBe(inOrder(a) === inOrder(b));
      expect(isSame(a, structuredClone(a))).toBe(true);
    }),
  );
});

test("a value is looked into to its depth", () => {
  expect(isSame({ a: [{ b: 1 }] }, { a: [{ b: 1 }] })).toBe(true);
  expect(isSame({ a: [{ b: 1 }] }, { a: [{ b: 2 }] })).toBe(false);
  expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(isSame({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  expect(isSame([1], { 0: 1 })).toBe(false);
  expect(isSame(null, {})).toBe(false);
});

import { expect, test } from "vitest";
import { toldAfter, wholeOf } from "./told-rows.ts";

const [a, b, c, d] = [{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }];

test("of a list from which a row has gone and to which one has come only that one is told, and all of it is heard", () => {
  const before = { total: 3, rows: [a, b, c] };
  const now = { total: 3, rows: [d, a, c] };
  const told = toldAfter(before, now);
  expect(told?.value).toEqual({ total: 3, rows: [d] });
  expect(told && wholeOf(before, structuredClone(told))).toEqual(now);
});

test("a row that was told before is the same for who hears of it again, so that it is not drawn anew", () => {
  const heard = { total: 2, rows: [{ id: "a" }, { id: "b" }] };
  const told = toldAfter({ total: 2, rows: [a, b] }, { total: 1, rows: [b] });
  expect(told && wholeOf(heard, told)).toMatchObject({ total: 1 });
  const whole = told && wholeOf(heard, told);
  expect(whole).toHaveProperty("rows.0", heard.rows[1]);
});

test("what has no rows, or none that were told before, is told as it is", () => {
  expect(toldAfter(undefined, { rows: [a] })).toBeUndefined();
  expect(toldAfter({ rows: [a] }, { rows: [b] })).toBeUndefined();
  expect(toldAfter({ rows: [a] }, { rows: [] })).toBeUndefined();
  expect(toldAfter({ count: 1 }, { count: 2 })).toBeUndefined();
});

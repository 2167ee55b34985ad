import { expect, test } from "vitest";
import { localTime, wireTime } from "./local-time.ts";

test("a time comes back from its field as it went in, in any zone", () => {
  for (const wire of ["2027-01-15T08:00:00Z", "2027-07-01T22:30:00Z", "2026-12-31T23:59:00Z"]) {
    expect(wireTime(localTime(wire))).toBe(wire);
  }
});

test("no time is an empty field, and what is no time is none", () => {
  expect([localTime(null), localTime(""), localTime("soon")]).toEqual(["", "", ""]);
  expect([wireTime(""), wireTime("soon")]).toEqual([null, null]);
});

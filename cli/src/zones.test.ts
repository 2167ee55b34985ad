import { expect, test } from "vitest";
import { clockAt, findZone, instantOf } from "./zones.ts";

const noon = { year: 2026, month: 12, day: 1, hour: 12, minute: 30, second: 0 };
const at = (text: string) => Date.parse(text);

test("A clock shows another time in each zone, and the instant is found again from what it shows", () => {
  const instants: [string, string][] = [
    ["Europe/Berlin", "2026-12-01T11:30:00Z"],
    ["America/New_York", "2026-12-01T17:30:00Z"],
    ["Asia/Kolkata", "2026-12-01T07:00:00Z"],
    ["Pacific/Kiritimati", "2026-11-30T22:30:00Z"],
    ["UTC", "2026-12-01T12:30:00Z"],
  ];
  for (const [zone, instant] of instants) {
    expect(instantOf(noon, zone)).toBe(at(instant));
    expect(clockAt(at(instant), zone)).toEqual(noon);
  }
});

test("Without a zone it is this machine's", () => {
  expect(instantOf(noon, undefined)).toBe(new Date(2026, 11, 1, 12, 30).getTime());
});

test("Of an hour that comes twice the first is meant, and one that is skipped comes as much later", () => {
  const twice = { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 };
  expect(instantOf(twice, "Europe/Berlin")).toBe(at("2026-10-25T00:30:00Z"));
  const skipped = { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0 };
  expect(instantOf(skipped, "Europe/Berlin")).toBe(at("2026-03-29T01:30:00Z"));
  const before = { ...skipped, hour: 1, minute: 59 };
  expect(instantOf(before, "Europe/Berlin")).toBe(at("2026-03-29T00:59:00Z"));
});

test("What runs over the end of a month is the next one's", () => {
  expect(instantOf({ ...noon, day: 32 }, "UTC")).toBe(at("2027-01-01T12:30:00Z"));
});

test("A zone is known by its name, however it is spelt; another planet's is not", () => {
  expect(findZone("europe/berlin")).toBe("Europe/Berlin");
  expect(findZone("Asia/Kolkata")).toBe("Asia/Kolkata");
  expect(["Mars/Phobos", "", "+01:00"].map(findZone)).toEqual([undefined, undefined, undefined]);
});

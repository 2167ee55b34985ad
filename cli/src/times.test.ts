import { formatTime } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import {
  dayIn,
  findDayOf,
  findLengthMs,
  findTimeOf,
  localTime,
  localTimeAndDistance,
  shortLength,
} from "./times.ts";

/** Ten in the morning by the zone of this machine, whichever it is. */
const ten = new Date(2026, 10, 25, 10, 0).getTime();

describe("A time as a person writes it", () => {
  const cases: [string, number][] = [
    ["2026-12-01 09:30", new Date(2026, 11, 1, 9, 30).getTime()],
    ["2026-12-01T09:30:15", new Date(2026, 11, 1, 9, 30, 15).getTime()],
    ["2026-12-01", new Date(2026, 11, 1).getTime()],
    ["18:00", new Date(2026, 10, 25, 18).getTime()],
    ["9:59", new Date(2026, 10, 26, 9, 59).getTime()],
    ["+90s", ten + 90_000],
    ["+2h", ten + 7_200_000],
    ["2026-12-01T09:30:00Z", Date.UTC(2026, 11, 1, 9, 30)],
    ["2026-12-01T09:30:00+02:00", Date.UTC(2026, 11, 1, 7, 30)],
  ];
  for (const [text, ms] of cases) {
    test(`“${text}” is understood`, () => expect(findTimeOf(text, ten)).toBe(formatTime(ms)));
  }
  for (const text of [
    "",
    "tomorrow",
    "2026-02-30",
    "2026-13-01 10:00",
    "25:00",
    "+2",
    "+2y",
    "2026-12-01 24:00",
  ]) {
    test(`“${text}” is no time`, () => expect(findTimeOf(text, ten)).toBeUndefined());
  }
});

test("A time is read by the clock of the zone that is named, whichever zone this machine is in", () => {
  const now = Date.UTC(2026, 10, 25, 12, 0);
  const times: [string, string, string][] = [
    ["2026-12-01 12:30", "Europe/Berlin", "2026-12-01T11:30:00.000Z"],
    ["2026-12-01 12:30", "America/New_York", "2026-12-01T17:30:00.000Z"],
    ["12:30", "Europe/Berlin", "2026-11-26T11:30:00.000Z"],
    ["13:30", "Europe/Berlin", "2026-11-25T12:30:00.000Z"],
    ["+1h", "Europe/Berlin", "2026-11-25T13:00:00.000Z"],
    ["2026-12-01T12:30:00Z", "Europe/Berlin", "2026-12-01T12:30:00.000Z"],
  ];
  for (const [text, zone, time] of times) expect(findTimeOf(text, now, zone)).toBe(time);
});

test("A day begins at midnight of its zone", () => {
  expect(findDayOf("2026-12-01", "Europe/Berlin")).toBe("2026-11-30T23:00:00.000Z");
  expect(findDayOf("2026-12-01", "UTC")).toBe("2026-12-01T00:00:00.000Z");
  expect(["2026-12-01 12:30", "18:00", "2026-02-30"].map((text) => findDayOf(text, "UTC"))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(dayIn("2026-11-30T23:00:00Z", "Europe/Berlin")).toBe("2026-12-01");
});

test("Times are shown by the clock of this machine, with how far away they are", () => {
  expect(localTime(formatTime(ten))).toBe("2026-11-25 10:00");
  expect(localTimeAndDistance(formatTime(ten + 240_000), ten)).toBe("2026-11-25 10:04 (in 4 min)");
  expect(localTimeAndDistance(formatTime(ten - 40_000), ten)).toBe("2026-11-25 09:59 (40 s ago)");
});

test("Lengths of time are read and shown in the unit that says enough", () => {
  expect(["90s", "30m", "12h", "7d", "2w"].map(findLengthMs)).toEqual([
    90_000, 1_800_000, 43_200_000, 604_800_000, 1_209_600_000,
  ]);
  expect(["", "7", "d", "-1d", "1.5h", "7 d"].map(findLengthMs)).toEqual(Array(6).fill(undefined));
  expect([1, 59_000, 61_000, 7_200_000, 86_400_000 * 3].map(shortLength)).toEqual([
    "1 s",
    "59 s",
    "1 min",
    "2 h",
    "3 days",
  ]);
});

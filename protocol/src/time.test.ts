import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProblemError } from "./problem.ts";
import { shape } from "./shape.ts";
import { findTime, formatTime, parseTime, TimeSchema } from "./time.ts";

const timeShape = shape(TimeSchema);
const ms = fc.integer({
  min: Date.parse("0000-01-01T00:00:00Z"),
  max: Date.parse("9999-12-31T23:59:59.999Z"),
});

describe("a time", () => {
  test("printed and read again is the same millisecond", () => {
    fc.assert(
      fc.property(ms, (ms) => {
        const text = formatTime(ms);
        expect(timeShape.matches(text)).toBe(true);
        expect(findTime(text)).toBe(ms);
        expect(parseTime(text)).toBe(ms);
      }),
    );
  });

  test("with a finer fraction is rounded down", () => {
    expect(findTime("2025-03-15T10:00:00.9Z")).toBe(Date.UTC(2025, 2, 15, 10, 0, 0, 900));
    expect(findTime("2025-03-15T10:00:00.9999Z")).toBe(Date.UTC(2025, 2, 15, 10, 0, 0, 999));
    expect(findTime("2025-03-15T10:00:00.000999999Z")).toBe(Date.UTC(2025, 2, 15, 10));
  });

  test("exists exactly on the days that the calendar has", () => {
    for (const year of [1900, 2000, 2023, 2024, 2100]) {
      for (let month = 1; month <= 12; month++) {
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
        for (let day = 1; day <= 31; day++) {
          const text = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T00:00:00Z`;
          expect(findTime(text)).toBe(day <= days ? Date.UTC(year, month - 1, day) : undefined);
        }
      }
    }
  });

  test("in any other writing that Date would take is none", () => {
    const others = [
      "",
      "2025",
      "2025-03",
      "2025-03-15",
      "2025-03-15T10:00Z",
      "2025-03-15T10:00:00",
      "2025-03-15T10:00:00z",
    ];
    const more = [
      "2025-03-15T10:00:00+00:00",
      "2025-03-15T10:00:00.Z",
      "Sat, 15 Mar 2025 10:00:00 GMT",
      "+002025-03-15T10:00:00Z",
    ];
    const broken = [
      "2025-03-15T24:00:00Z",
      "2025-03-15T10:60:00Z",
      "2025-03-15T10:00:60Z",
      "2025-00-15T10:00:00Z",
      "2025-03-00T10:00:00Z",
    ];
    const around = [
      " 2025-03-15T10:00:00Z",
      "2025-03-15T10:00:00Z\n",
      "２025-03-15T10:00:00Z",
      "1742032800000",
    ];
    for (const text of [...others, ...more, ...broken, ...around]) {
      expect({ text, ms: findTime(text) }).toEqual({ text, ms: undefined });
      expect(() => parseTime(text)).toThrow("Write it in UTC, such as 2025-03-15T10:00:00Z.");
      expect(() => parseTime(text)).toThrow(ProblemError);
    }
  });

  test("beyond the year 9999 cannot be printed, because nobody could read it", () => {
    expect(() => formatTime(Date.UTC(10_000, 0, 1))).toThrow(RangeError);
    expect(() => formatTime(-1e15)).toThrow(RangeError);
    expect(() => formatTime(Number.NaN)).toThrow(RangeError);
  });
});

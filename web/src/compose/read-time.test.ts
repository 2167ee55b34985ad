import { expect, it } from "vitest";
import { readTime } from "./read-time.ts";

/** A Wednesday, by the clock of wherever this runs. */
const now = new Date(2026, 10, 25, 10, 30);

function read(text: string): string | undefined {
  const time = readTime(text, now);
  if (time === undefined) return undefined;
  const two = (number: number) => String(number).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

it("reads a day of the week with an hour, always one that is to come", () => {
  expect(read("tue 9")).toBe("2026-12-01 09:00");
  expect(read("wed 9")).toBe("2026-12-02 09:00");
  expect(read("wed 11")).toBe("2026-11-25 11:00");
  expect(read("Di 9 Uhr")).toBe("2026-12-01 09:00");
  expect(read("friday")).toBe("2026-11-27 08:00");
});

it("reads tomorrow, in English and in German", () => {
  expect(read("tomorrow 14:30")).toBe("2026-11-26 14:30");
  expect(read("morgen um 8")).toBe("2026-11-26 08:00");
  expect(read("tomorrow at 2pm")).toBe("2026-11-26 14:00");
});

it("reads a time alone as the next time that it is so", () => {
  expect(read("11:15")).toBe("2026-11-25 11:15");
  expect(read("9")).toBe("2026-11-26 09:00");
  expect(read("12am")).toBe("2026-11-26 00:00");
});

it("reads dates, of next year when they are past in this", () => {
  expect(read("3 mar 10")).toBe("2027-03-03 10:00");
  expect(read("mar 3")).toBe("2027-03-03 08:00");
  expect(read("24.12. 18:00")).toBe("2026-12-24 18:00");
  expect(read("2026-12-03 9")).toBe("2026-12-03 09:00");
});

it("reads how long from now", () => {
  expect(read("in 2 hours")).toBe("2026-11-25 12:30");
  expect(read("30 min")).toBe("2026-11-25 11:00");
  expect(read("in 2 tagen")).toBe("2026-11-27 10:30");
});

it("says nothing of what is no time, or is past", () => {
  for (const text of ["", "soon", "25:00", "30 feb 9", "today 9", "2020-01-01 9"]) {
    expect(read(text)).toBeUndefined();
  }
});

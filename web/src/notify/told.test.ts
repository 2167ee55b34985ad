import { expect, test } from "vitest";
import { isQuiet } from "./told.ts";

const at = (hours: number, minutes = 0) => new Date(2026, 10, 28, hours, minutes);

test("quiet hours begin with their first minute and end before their last, over midnight too", () => {
  const night = { from: "22:00", to: "07:00" };
  expect([21, 22, 23, 0, 6, 7, 12].map((hour) => isQuiet(night, at(hour)))).toEqual([
    false,
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(isQuiet({ from: "12:30", to: "13:15" }, at(12, 29))).toBe(false);
  expect(isQuiet({ from: "12:30", to: "13:15" }, at(13, 14))).toBe(true);
  expect(isQuiet(null, at(3))).toBe(false);
  expect(isQuiet({ from: "08:00", to: "08:00" }, at(8))).toBe(false);
});

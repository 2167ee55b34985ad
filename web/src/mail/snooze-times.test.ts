import { expect, it } from "vitest";
import { localInput, snoozeTimes } from "./snooze-times.ts";

const told = (now: Date) => snoozeTimes(now).map(({ kind, at }) => `${kind} ${localInput(at)}`);

it("offers tonight, tomorrow, the weekend and next week on a Tuesday morning", () => {
  expect(told(new Date(2026, 10, 24, 9, 30))).toEqual([
    "today 2026-11-24T18:00",
    "tomorrow 2026-11-25T08:00",
    "weekend 2026-11-28T08:00",
    "week 2026-11-30T08:00",
  ]);
});

it("offers no later today when the evening has come", () => {
  expect(told(new Date(2026, 10, 24, 17, 30))[0]).toBe("tomorrow 2026-11-25T08:00");
});

it("offers each day once: on Friday the weekend is tomorrow, on Sunday next week is", () => {
  expect(told(new Date(2026, 10, 27, 9))).toEqual([
    "today 2026-11-27T18:00",
    "tomorrow 2026-11-28T08:00",
    "week 2026-11-30T08:00",
  ]);
  expect(told(new Date(2026, 10, 29, 9))).toEqual(["today 2026-11-29T18:00", "tomorrow 2026-11-30T08:00"]);
});

it("means the next Monday by next week when today is Monday", () => {
  expect(told(new Date(2026, 10, 30, 9)).at(-1)).toBe("week 2026-12-07T08:00");
});

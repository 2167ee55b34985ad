import { expect, test } from "vitest";
import { openMeter } from "./meter.ts";
import type { Progress } from "./source.ts";

function watched(totalBytes: number) {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs };
  const seen: Progress[] = [];
  return { clock, seen, meter: openMeter(clock, totalBytes, (progress) => seen.push(progress)) };
}

test("How fast a file moves is told once it has moved for a second, by the last five", () => {
  const { clock, seen, meter } = watched(100_000);
  meter.kept(0);
  for (let done = 100; done <= 1_000; done += 100) {
    clock.nowMs += 100;
    meter.moved(done);
  }
  expect(seen.slice(0, -1).every(({ bytesPerS }) => bytesPerS === undefined)).toBe(true);
  expect(seen.at(-1)).toEqual({ doneBytes: 1_000, totalBytes: 100_000, bytesPerS: 1_000 });
  for (let done = 2_000; done <= 7_000; done += 1_000) {
    clock.nowMs += 2_000;
    meter.moved(done);
  }
  expect(seen.at(-1)?.bytesPerS).toBe(500);
});

test("What was there from an earlier start is no speed", () => {
  const { clock, seen, meter } = watched(100_000);
  meter.kept(90_000);
  clock.nowMs += 2_000;
  meter.moved(91_000);
  expect(seen.at(-1)).toEqual({ doneBytes: 91_000, totalBytes: 100_000, bytesPerS: 500 });
});

test("It never goes back, and what is sent once more is told when it is new", () => {
  const { seen, meter } = watched(1_000);
  for (const done of [0, 500, 200, 500, 600]) meter.moved(done);
  expect(seen.map(({ doneBytes }) => doneBytes)).toEqual([0, 500, 600]);
});

test("However long it takes, it remembers little", () => {
  const { clock, seen, meter } = watched(1e9);
  for (let done = 1; done <= 50_000; done++) {
    clock.nowMs += 1;
    meter.moved(done);
  }
  expect(seen.at(-1)?.bytesPerS).toBeCloseTo(1_000, -1);
});

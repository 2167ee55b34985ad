import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, clampRetryAfterMs } from "./backoff.ts";

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failures = fc.integer({ min: 1, max: 100_000 });
const almostOne = 1 - Number.EPSILON;

describe("the wait after the n-th failure in a row (§50.7)", () => {
  it.each([
    [1, 5_000],
    [2, 10_000],
    [3, 20_000],
    [5, 80_000],
    [8, 640_000],
    [10, 2_560_000],
    [11, 3_600_000],
    [12, 3_600_000],
    [1_000_000, 3_600_000],
  ])("after %i is at least one second and at most %i ms", (count, ceilingMs) => {
    expect(backoffMs(count, 0)).toBe(1_000);
    expect(backoffMs(count, almostOne)).toBe(ceilingMs);
    expect(backoffMs(count, 0.5)).toBe((1_000 + ceilingMs) / 2);
  });

  it("lies between one second and an hour, in whole milliseconds, whatever n and chance are", () => {
    fc.assert(
      fc.property(failures, fraction, (count, chance) => {
        const waitMs = backoffMs(count, chance);
        expect(Number.isInteger(waitMs)).toBe(true);
        expect(waitMs).toBeGreaterThanOrEqual(1_000);
        expect(waitMs).toBeLessThanOrEqual(Math.min(5_000 * 2 ** (count - 1), 3_600_000));
      }),
    );
  });

  it("never shrinks with the next failure or with greater chance", () => {
    fc.assert(
      fc.property(failures, fraction, fraction, (count, one, other) => {
        expect(backoffMs(count + 1, one)).toBeGreaterThanOrEqual(backoffMs(count, one));
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(backoffMs(count, more)).toBeGreaterThanOrEqual(backoffMs(count, less));
      }),
    );
  });

  it("is spread over the whole of its span, so that peers do not come back together", () => {
    const waits = Array.from({ length: 1_000 }, (_, index) => backoffMs(11, index / 1_000));
    expect(new Set(waits).size).toBe(1_000);
  });

  it("is that of the first when nothing has failed yet", () => {
    expect(backoffMs(0, almostOne)).toBe(5_000);
  });
});

describe("a host's own wish to be left alone (§50.7)", () => {
  it.each([
    [0, 1_000],
    [1, 1_000],
    [2, 2_000],
    [600, 600_000],
    [21_600, 21_600_000],
    [21_601, 21_600_000],
    [9_999_999_999, 21_600_000],
    [Number.POSITIVE_INFINITY, 21_600_000],
    [Number.NaN, 21_600_000],
    [-5, 1_000],
  ])("of %d s becomes %i ms", (seconds, ms) => {
    expect(clampRetryAfterMs(seconds)).toBe(ms);
  });
});

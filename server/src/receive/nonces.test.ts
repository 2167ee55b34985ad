import { expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { rememberNonces } from "./nonces.ts";

test("a nonce is used once for each host, for as long as its signature could be good on clocks that differ", async () => {
  const clock = new HandClock();
  const nonces = rememberNonces(clock);
  expect(nonces.use("b.test", "one")).toBe(true);
  expect(nonces.use("b.test", "one")).toBe(false);
  expect(nonces.use("c.test", "one")).toBe(true);
  expect(nonces.use("b.test", "two")).toBe(true);
  // Signed for 300 s by a clock 300 s ahead, on one that is 300 s behind.
  await clock.advance(900_000);
  expect(nonces.use("b.test", "one")).toBe(false);
  await clock.advance(1);
  expect(nonces.use("b.test", "one")).toBe(true);
});

test("no more are remembered than memory is meant for, the latest first (CVE-2026-69132)", () => {
  const nonces = rememberNonces(new HandClock());
  const most = 200_000;
  for (let number = 0; number < most; number++) nonces.use("b.test", String(number));
  expect(nonces.use("b.test", "0")).toBe(false);
  expect(nonces.use("b.test", "one more")).toBe(true);
  expect(nonces.use("b.test", String(most - 1))).toBe(false);
  expect(nonces.use("b.test", "2")).toBe(false);
  expect(nonces.use("b.test", "0")).toBe(true);
});

test("the clock of the machine, set forth and back, makes none good again", async () => {
  const wall = new HandClock();
  let now = wall.now();
  const nonces = rememberNonces({ now: () => now, mono: () => wall.mono(), sleep: () => Promise.resolve() });
  nonces.use("b.test", "one");
  for (const step of [24, -48, 24]) {
    now += step * 3_600_000;
    expect(nonces.use("b.test", "one")).toBe(false);
  }
});

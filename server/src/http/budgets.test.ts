import { expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { Budgets } from "./budgets.ts";

const rule = { capacity: 3, refillPerS: 0.5, maxKeys: 4 };

test("what is saved up may be spent at once; then the wait is told, to the second, and is true", async () => {
  const clock = new HandClock();
  const budgets = new Budgets(clock, rule);
  for (let count = 0; count < 3; count++) expect(budgets.take("a")).toEqual({ ok: true });
  expect(budgets.take("a")).toEqual({ ok: false, retryAfterS: 2 });
  await clock.advance(1_999);
  expect(budgets.take("a").ok).toBe(false);
  await clock.advance(1);
  expect(budgets.take("a").ok).toBe(true);
  expect(budgets.take("a").ok).toBe(false);
});

test("one key's spending is nobody else's", () => {
  const budgets = new Budgets(new HandClock(), rule);
  while (budgets.take("a").ok);
  expect(budgets.take("b")).toEqual({ ok: true });
});

test("being refused costs nothing, so trying again too early does not lengthen the wait", async () => {
  const clock = new HandClock();
  const budgets = new Budgets(clock, rule);
  while (budgets.take("a").ok);
  for (let count = 0; count < 100; count++) expect(budgets.take("a")).toEqual({ ok: false, retryAfterS: 2 });
  await clock.advance(2_000);
  expect(budgets.take("a").ok).toBe(true);
});

test("several are taken together or not at all", () => {
  const budgets = new Budgets(new HandClock(), rule);
  expect(budgets.take("a", 2).ok).toBe(true);
  expect(budgets.take("a", 2)).toEqual({ ok: false, retryAfterS: 2 });
  expect(budgets.take("a", 1).ok).toBe(true);
});

test("what was done beyond the budget is made up for before anything is given again, and no longer", async () => {
  const clock = new HandClock();
  const budgets = new Budgets(clock, rule);
  budgets.charge("a", 1_000);
  expect(budgets.take("a", 0)).toEqual({ ok: false, retryAfterS: 6 });
  await clock.advance(6_000);
  expect(budgets.take("a", 0)).toEqual({ ok: true });
});

test("a long rest saves up no more than the capacity", async () => {
  const clock = new HandClock();
  const budgets = new Budgets(clock, rule);
  budgets.take("a");
  await clock.advance(1_000_000_000);
  let taken = 0;
  while (budgets.take("a").ok) taken++;
  expect(taken).toBe(3);
});

test("a million names leave no more behind than a few do, and the busy ones are kept (CVE-2026-69132)", () => {
  const budgets = new Budgets(new HandClock(), { capacity: 1, refillPerS: 0.001, maxKeys: 1_000 });
  const before = process.memoryUsage().heapUsed;
  budgets.take("busy");
  for (let name = 0; name < 1_000_000; name++) {
    budgets.take(`name-${name}.example`);
    if (name % 500 === 0) expect(budgets.take("busy").ok).toBe(false);
  }
  expect(budgets.take("name-0.example")).toEqual({ ok: true });
  expect(budgets.take("name-999999.example").ok).toBe(false);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
});

import { expect, test } from "vitest";
import { openClock } from "./clock.ts";

test("a sleep ends at once, without an error, when it is aborted", async () => {
  const clock = openClock();
  const stop = new AbortController();
  const sleep = clock.sleep(3_600_000, stop.signal);
  stop.abort();
  await sleep;
  await clock.sleep(3_600_000, stop.signal);
  expect(stop.signal.aborted).toBe(true);
});

test("a sleep longer than the platform's longest timer does not end at once", async () => {
  const stop = new AbortController();
  let isAwake = false;
  const sleep = openClock()
    .sleep(2 ** 40, stop.signal)
    .then(() => {
      isAwake = true;
    });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake).toBe(false);
  stop.abort();
  await sleep;
});

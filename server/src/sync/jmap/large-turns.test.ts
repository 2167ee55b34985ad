import { expect, it } from "vitest";
import { makeLargeTurns } from "./large-turns.ts";

const mib = 1024 * 1024;

/** A call that holds so much, and what it has come to. */
function begin(turns: ReturnType<typeof makeLargeTurns>, ...sizes: number[]) {
  const { promise: told, resolve: end, reject: fail } = Promise.withResolvers<void>();
  let held = 0;
  const done = turns.run(async (hold) => {
    for (const size of sizes) {
      await hold(size);
      held += size;
    }
    await told;
  });
  return { end, fail, done, held: () => held };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it("large calls go so many at a time, in the order they came, and small ones wait for none", async () => {
  const turns = makeLargeTurns(2);
  const calls = [9, 9, 9, 9].map((size) => begin(turns, mib, size * mib));
  const small = begin(turns, 3 * mib, 5 * mib);
  await settle();
  expect(calls.map(({ held }) => held() / mib)).toEqual([10, 10, 1, 1]);
  expect(small.held()).toBe(8 * mib);
  calls[1]?.end();
  await settle();
  expect(calls.map(({ held }) => held() / mib)).toEqual([10, 10, 10, 1]);
  calls[0]?.fail(new Error("the client has gone"));
  await expect(calls[0]?.done).rejects.toThrow("gone");
  await settle();
  expect(calls.map(({ held }) => held() / mib)).toEqual([10, 10, 10, 10]);
  for (const call of [...calls, small]) call.end();
  await Promise.all([...calls.slice(1), small].map(({ done }) => done));
});

it("a call that grows takes one turn however much it holds", async () => {
  const turns = makeLargeTurns(1);
  const first = begin(turns, 9 * mib, 9 * mib, 9 * mib);
  const second = begin(turns, 9 * mib);
  await settle();
  expect([first.held(), second.held()]).toEqual([27 * mib, 0]);
  first.end();
  await settle();
  expect(second.held()).toBe(9 * mib);
  second.end();
  await Promise.all([first.done, second.done]);
});

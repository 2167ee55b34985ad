import { expect, it } from "vitest";
import { makePushTurns } from "./push-turns.ts";

function trial(most: number, mostOfAccount: number) {
  const turns = makePushTurns(most, mostOfAccount);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const ask = (accountId: number) =>
    turns.run(accountId, async () => {
      begun.push(accountId);
      await new Promise<void>((resolve) => ends.push(resolve));
      return accountId;
    });
  return { turns, begun, ends, ask };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it("one account has its share of what is under way, however much it wants, and others go meanwhile", async () => {
  const { begun, ask } = trial(4, 2);
  for (let count = 0; count < 10; count++) void ask(1);
  void ask(2);
  void ask(3);
  await settle();
  expect(begun).toEqual([1, 1, 2, 3]);
});

it("those that wait go in turn, an account after the other", async () => {
  const { begun, ends, ask } = trial(2, 1);
  for (const accountId of [1, 2, 3, 3, 3, 4, 5]) void ask(accountId);
  await settle();
  expect(begun).toEqual([1, 2]);
  for (let at = 0; at < 7; at++) {
    ends[at]?.();
    await settle();
  }
  expect(begun).toEqual([1, 2, 3, 4, 5, 3, 3]);
});

it("work that fails gives its turn on", async () => {
  const turns = makePushTurns(1, 1);
  const failing = turns.run(1, () => Promise.reject(new Error("no")));
  const next = turns.run(2, async () => "done");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("done");
});

it("once they are over nobody begins", async () => {
  const { turns, begun, ends, ask } = trial(1, 1);
  const first = ask(1);
  const waits = ask(2);
  await settle();
  turns.end();
  expect(await waits).toBe(undefined);
  expect(await ask(3)).toBe(undefined);
  ends[0]?.();
  expect(await first).toBe(1);
  expect(begun).toEqual([1]);
});

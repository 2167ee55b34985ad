import { expect, it } from "vitest";
import { Turns } from "./turns.ts";

const never = new AbortController().signal;

/** Takes a turn, and notes when it has come. */
function queueUp(turns: Turns, name: string, came: string[], leave = never): Promise<void> {
  return turns.take(leave).then((taken) => {
    came.push(taken ? name : `${name} left`);
  });
}

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

it("so many have their turn at once, and the others theirs in the order they came", async () => {
  const turns = new Turns(2);
  const came: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) void queueUp(turns, name, came);
  await turnOfTheLoop();
  expect(came).toEqual(["a", "b"]);
  turns.giveBack();
  await turnOfTheLoop();
  expect(came).toEqual(["a", "b", "c"]);
  turns.giveBack();
  turns.giveBack();
  await turnOfTheLoop();
  expect(came).toEqual(["a", "b", "c", "d", "e"]);
});

it("a turn that nobody waits for is kept for the next", async () => {
  const turns = new Turns(1);
  expect(await turns.take(never)).toBe(true);
  turns.giveBack();
  expect(await turns.take(never)).toBe(true);
});

it("who leaves the line takes no turn, and those behind move up", async () => {
  const turns = new Turns(1);
  const came: string[] = [];
  const leave = new AbortController();
  for (const name of ["a", "b", "c"]) {
    void queueUp(turns, name, came, name === "b" ? leave.signal : never);
  }
  leave.abort();
  await turnOfTheLoop();
  expect(came).toEqual(["a", "b left"]);
  turns.giveBack();
  await turnOfTheLoop();
  expect(came).toEqual(["a", "b left", "c"]);
});

it("who wants to leave already takes none, though one is free", async () => {
  const turns = new Turns(1);
  expect(await turns.take(AbortSignal.abort())).toBe(false);
  expect(await turns.take(never)).toBe(true);
});

it("leaving after the turn has come gives nothing back twice", async () => {
  const turns = new Turns(1);
  const leave = new AbortController();
  expect(await turns.take(leave.signal)).toBe(true);
  leave.abort();
  const came: string[] = [];
  void queueUp(turns, "next", came);
  await turnOfTheLoop();
  expect(came).toEqual([]);
});

it("nobody is kept waiting for ever in a long line of comers and leavers", async () => {
  const turns = new Turns(3);
  let served = 0;
  await Promise.all(
    Array.from({ length: 1_000 }, async (_, index) => {
      const leave = new AbortController();
      const taking = turns.take(leave.signal);
      if (index % 3 === 0) leave.abort();
      if (!(await taking)) return;
      served++;
      await turnOfTheLoop();
      turns.giveBack();
    }),
  );
  expect(served).toBeGreaterThanOrEqual(666);
});

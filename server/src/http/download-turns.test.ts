import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { makeDownloadTurns } from "./download-turns.ts";

const mib = 1024 * 1024;
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Downloads of mails of so many MiB, each with what it has come to. */
function begin() {
  const clock = new HandClock();
  const turns = makeDownloadTurns(clock);
  function ask(account: string, size: number) {
    const leaving = new AbortController();
    const place = turns(account, leaving.signal);
    let state = "waits";
    place.hold(size * mib).then(
      () => {
        state = "held";
      },
      (error: Error) => {
        state = error.message;
      },
    );
    return { place, leave: () => leaving.abort(), state: () => state };
  }
  return { clock, ask };
}

it("large mails of an account come down one after the other, small ones and those of others beside them", async () => {
  const { ask } = begin();
  const mine = [37, 37, 37].map((size) => ask("1", size));
  const small = ask("1", 1);
  const theirs = ask("2", 37);
  await settle();
  expect(mine.map(({ state }) => state())).toEqual(["held", "waits", "waits"]);
  expect([small.state(), theirs.state()]).toEqual(["held", "held"]);
  mine[0]?.place.keep(0);
  mine[0]?.place.keep(0);
  await settle();
  expect(mine.map(({ state }) => state())).toEqual(["held", "held", "waits"]);
});

it("a part makes room for more of its mail's account than the mail did", async () => {
  const { ask } = begin();
  const parts = [37, 37, 37].map((size) => ask("1", size));
  for (const { place } of parts) {
    await settle();
    place.keep(1 * mib);
  }
  await settle();
  expect(parts.map(({ state }) => state())).toEqual(["held", "held", "held"]);
});

it("all accounts together have 160 MiB in memory, and the next ones wait in the order they came", async () => {
  const { ask } = begin();
  const five = ["1", "2", "3", "4", "5", "6"].map((account) => ask(account, 37));
  await settle();
  expect(five.map(({ state }) => state())).toEqual(["held", "held", "held", "held", "waits", "waits"]);
  five[2]?.place.keep(0);
  await settle();
  expect(five.map(({ state }) => state()).slice(4)).toEqual(["held", "waits"]);
});

it("whose client goes while it waits is no longer waited for", async () => {
  const { ask } = begin();
  const [first, second, third] = [ask("1", 37), ask("1", 37), ask("1", 37)];
  second.leave();
  await settle();
  expect(second.state()).toContain("gone");
  first.place.keep(0);
  await settle();
  expect(third.state()).toBe("held");
});

it("who takes slowly is cut off after a minute when another account waits, and never else", async () => {
  const { clock, ask } = begin();
  const slow = ["1", "2", "3", "4"].map((account) => ask(account, 37));
  const again = ask("1", 37);
  await clock.advance(600_000);
  expect(slow.map(({ place }) => place.cut.aborted)).toEqual([false, false, false, false]);
  const waits = ask("5", 37);
  await clock.advance(59_000);
  expect(slow[0]?.place.cut.aborted).toBe(false);
  await clock.advance(1_000);
  expect(slow.map(({ place }) => place.cut.aborted)).toEqual([true, false, false, false]);
  slow[0]?.place.keep(0);
  await settle();
  // What came first is first.
  expect([again.state(), waits.state()]).toEqual(["held", "waits"]);
  await clock.advance(60_000);
  expect(slow[1]?.place.cut.aborted).toBe(true);
  slow[1]?.place.keep(0);
  await settle();
  expect(waits.state()).toBe("held");
});

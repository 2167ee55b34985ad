import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore, type OpenTestStore } from "../store/each-store.ts";
import { openTurns } from "../store/query-turns.ts";
import { findIndexState } from "../store/query-words.ts";
import { addMessage } from "./add-message.ts";
import { followMail } from "./query-follower.ts";
import { roles } from "./roles.ts";
import { letter, letterId, openAccount, putIn } from "./trial-mail.ts";

const hourMs = 3_600_000;

async function begin(open: OpenTestStore) {
  const store = await open();
  const clock = new HandClock();
  const stop = new AbortController();
  const logged: unknown[] = [];
  const reading = {
    ofRow: () => ({ texts: {}, hasAttachment: false, first: { from: "", to: "" } }),
    ofBytes: () => ({
      texts: { from: "", to: "", cc: "", bcc: "", subject: "", files: "", body: "word" },
      header: () => [],
    }),
  };
  const ctx = {
    store,
    clock,
    turn: openTurns(),
    reading,
    messagesInSegment: 4,
    log: (...line: unknown[]) => logged.push(line),
  };
  const running = () => followMail(ctx, stop.signal);
  return { store, clock, logged, running, stop };
}

/** Until something holds, while the clock goes on so much at a time. */
async function until(clock: HandClock, stepMs: number, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await clock.advance(stepMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

eachStore("the follower of mail", (open) => {
  it("comes to accounts that have changed much, when it starts and while it runs", async () => {
    const { store, clock, logged, running, stop } = await begin(open);
    const bob = await openAccount(store, "bob", 1e9);
    for (let number = 1; number <= 260; number++) await putIn(store, bob, letter({ id: letterId(number) }));
    const done = running();
    await until(clock, 10, async () => (await findIndexState(store.read, bob))?.worded === 260);
    const carol = await openAccount(store, "carol", 1e9);
    for (let number = 1; number <= 260; number++) await putIn(store, carol, letter({ id: letterId(number) }));
    await until(clock, 10, async () => (await findIndexState(store.read, carol))?.worded === 260);
    expect(clock.now()).toBeLessThan(new HandClock().now() + hourMs);
    stop.abort();
    await done;
    expect(logged).toEqual([]);
  });

  it("comes soon to an account that much was put into by one commit", async () => {
    const { store, clock, running, stop } = await begin(open);
    const bob = await openAccount(store, "bob", 1e9);
    const done = running();
    for (let turn = 0; turn < 100; turn++) await clock.advance(100);
    await store.write(async (tx) => {
      for (let number = 1; number <= 260; number++) {
        const { message, bytes } = letter({ id: letterId(number) });
        const place = { accountId: bob, mailboxes: [roles.inbox.id], receivedAt: clock.now() };
        await addMessage(tx, { ...place, message, bytes, keywords: [], blobs: [] });
      }
    });
    await until(clock, 10, async () => (await findIndexState(store.read, bob))?.worded === 260);
    expect(clock.now()).toBeLessThan(new HandClock().now() + hourMs / 10);
    stop.abort();
    await done;
  });

  it("waits while mail is carried, also by a few commits of many messages each", async () => {
    const { store, clock, running, stop } = await begin(open);
    const bob = await openAccount(store, "bob", 1e9);
    const done = running();
    let number = 0;
    for (let second = 0; second < 20; second++) {
      await store.write(async (tx) => {
        for (const end = number + 48; number < end; number++) {
          const { message, bytes } = letter({ id: letterId(number + 1) });
          const place = { accountId: bob, mailboxes: [roles.inbox.id], receivedAt: clock.now() };
          await addMessage(tx, { ...place, message, bytes, keywords: [], blobs: [] });
        }
      });
      await clock.advance(1_000);
    }
    expect(await findIndexState(store.read, bob)).toBeUndefined();
    await until(clock, 100, async () => (await findIndexState(store.read, bob))?.worded === number);
    stop.abort();
    await done;
  });

  it("comes once a day to those that have hardly changed", async () => {
    const { store, clock, running, stop } = await begin(open);
    const bob = await openAccount(store, "bob", 1e9);
    for (let number = 1; number <= 260; number++) await putIn(store, bob, letter({ id: letterId(number) }));
    const done = running();
    await until(clock, 10, async () => (await findIndexState(store.read, bob))?.worded === 260);
    for (let turn = 0; turn < 1_000; turn++) await clock.advance(10);
    await putIn(store, bob, letter({ id: letterId(261) }));
    await clock.advance(23 * hourMs);
    expect((await findIndexState(store.read, bob))?.followed).toBe(260);
    await until(clock, 60_000, async () => (await findIndexState(store.read, bob))?.followed === 261);
    expect(clock.now()).toBeLessThan(new HandClock().now() + 30 * hourMs);
    stop.abort();
    await done;
  });
});

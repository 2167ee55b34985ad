import { expect, it } from "vitest";
import { letter } from "../deliver/trial-peer.ts";
import { deferDelivery, releaseHost, settleDelivery } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { host, now, openClaims } from "./trial-claims.ts";

const original = letter(1).messageId;
const thread = letter(9).messageId;

eachStore("in a lane", (open) => {
  it("an edit waits while its message is on its way, and goes when that is settled (§50.6)", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.claim();
    await queue.send(2, { edits: original });
    const waiting = await queue.claim(now + 1);
    expect(queue.numbers(waiting)).toEqual([]);
    expect(waiting.nextDueAt).toBe(now + 30_000);
    await queue.settle(1);
    expect(queue.numbers(await queue.claim(now + 1))).toEqual([2]);
  });

  it("an edit waits while its message waits for its next try", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.claim();
    await queue.defer(1, now + 60_000);
    await queue.send(2, { edits: original });
    const waiting = await queue.claim(now + 1);
    expect(queue.numbers(waiting)).toEqual([]);
    expect(waiting.nextDueAt).toBe(now + 60_000);
    await queue.settle(1);
    expect(queue.numbers(await queue.claim(now + 60_000))).toEqual([2]);
  });

  it("an edit waits behind a message whose lease ran out, also when it was due before that", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.claim();
    await queue.send(2, { edits: original });
    expect(queue.numbers(await queue.claim(now + 30_000))).toEqual([1]);
  });

  it("an edit never goes in one batch with its message, which may be deferred where the edit is not", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.send(2, { edits: original });
    await queue.send(3, { edits: original });
    for (const number of [1, 2, 3]) {
      expect(queue.numbers(await queue.claim())).toEqual([number]);
      await queue.settle(number);
    }
  });

  it("a conversation goes in one batch, in order, but not past a message with files", async () => {
    const queue = await openClaims(await open());
    const files = [new TextEncoder().encode("a file")];
    for (const number of [1, 2, 3, 4]) {
      await queue.send(number, { thread, ...(number === 3 ? { files } : {}) });
    }
    expect(queue.numbers(await queue.claim())).toEqual([1, 2, 3]);
    expect(queue.numbers(await queue.claim())).toEqual([]);
    for (const number of [1, 2, 3]) await queue.settle(number);
    expect(queue.numbers(await queue.claim())).toEqual([4]);
  });

  it("what follows waits for all before it, though only the first of them was deferred", async () => {
    const queue = await openClaims(await open());
    for (const number of [1, 2, 3]) await queue.send(number, { thread });
    await queue.claim();
    await queue.settle(2);
    await queue.settle(3);
    await queue.defer(1, now + 60_000);
    await queue.send(4, { thread });
    await queue.send(5, { thread });
    expect(queue.numbers(await queue.claim(now + 1))).toEqual([]);
    expect(queue.numbers(await queue.claim(now + 60_000))).toEqual([1, 4, 5]);
  });

  it("nothing waits for a message that waits for its own hour (§80.4)", async () => {
    const queue = await openClaims(await open());
    await queue.send(1, { thread, at: now + 3_600_000 });
    await queue.send(2, { thread });
    const early = await queue.claim();
    expect(queue.numbers(early)).toEqual([2]);
    expect(early.nextDueAt).toBe(now + 30_000);
    await queue.settle(2);
    expect(queue.numbers(await queue.claim(now + 3_600_000))).toEqual([1]);
  });

  it("what is scheduled for the same hour as its message waits for it all the same", async () => {
    const queue = await openClaims(await open());
    const at = now + 3_600_000;
    await queue.send(1, { at });
    await queue.send(2, { edits: original, at });
    expect(queue.numbers(await queue.claim(at))).toEqual([1]);
    await queue.settle(1);
    expect(queue.numbers(await queue.claim(at))).toEqual([2]);
  });

  it("what is scheduled goes in the order of its hour, and what refers to it behind it, however they came", async () => {
    const queue = await openClaims(await open());
    const at = now + 3_600_000;
    await queue.send(1, { thread, at });
    await queue.send(2, { thread, edits: original, at });
    await queue.send(3, { thread });
    await queue.send(4, { thread, edits: original, at });
    await queue.send(5, { thread, at: now + 60_000 });
    for (const [number, when] of [
      [3, now],
      [5, now + 60_000],
      [1, at],
      [2, at],
      [4, at],
    ] as const) {
      expect(queue.numbers(await queue.claim(when))).toEqual([number]);
      expect(queue.numbers(await queue.claim(when))).toEqual([]);
      await queue.settle(number);
    }
  });

  it("what is scheduled goes behind what was written later for an earlier hour, also in one batch", async () => {
    const queue = await openClaims(await open());
    await queue.send(1, { thread, to: ["bob", "carol"], at: now + 600_000 });
    await queue.send(2, { thread, to: ["bob", "carol"] });
    await queue.send(3, { thread, to: ["carol"], at: now + 600_000 });
    await queue.send(4, { thread, to: ["bob"], at: now + 60_000 });
    expect(queue.numbers(await queue.claim(now + 600_000))).toEqual([2, 4, 1, 3]);
  });

  it("two messages whose lanes disagree after a clock stepped back go in one batch only where both agree", async () => {
    const queue = await openClaims(await open());
    const both = { thread, to: ["bob", "carol"] };
    await queue.send(1, { thread, to: ["carol"] });
    await queue.claim();
    await queue.defer(1, now + 70_000);
    await queue.send(2, { ...both, at: now + 60_000 });
    await queue.claim(now + 60_000);
    const [toBob] = await queue.deliveriesOf(2);
    if (toBob === undefined) throw new Error("no delivery");
    const again = { id: toBob.id, attemptCount: 1, nextAttemptAt: now + 70_000, problem: undefined };
    await queue.store.write((tx) => deferDelivery(tx, again));
    await queue.send(3, { ...both, acceptedAt: now + 30_000 });
    const { messages } = await queue.claim(now + 70_000);
    expect(
      messages.map(({ messageId, deliveries }) => [messageId, deliveries.map(({ recipient }) => recipient)]),
    ).toEqual([
      [letter(1).messageId, ["carol"]],
      [letter(2).messageId, ["bob"]],
      [letter(3).messageId, ["bob", "carol"]],
    ]);
    for (const { deliveries } of messages) {
      for (const { id } of deliveries) {
        await queue.store.write((tx) => settleDelivery(tx, id, "delivered", now, undefined));
      }
    }
    const { messages: rest } = await queue.claim(now + 70_000);
    expect(rest.map(({ deliveries }) => deliveries.map(({ recipient }) => recipient))).toEqual([["carol"]]);
  });

  it("a clock that steps back lets nothing overtake (reliability I12)", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.send(2, { edits: original, acceptedAt: now - 24 * 3_600_000 });
    expect(queue.numbers(await queue.claim())).toEqual([1]);
    await queue.send(3, { edits: original, acceptedAt: now - 48 * 3_600_000 });
    await queue.settle(1);
    expect(queue.numbers(await queue.claim())).toEqual([2]);
  });

  it("what waited for one that was taken back waits for what that one waited for", async () => {
    const queue = await openClaims(await open());
    await queue.send(1, { thread });
    await queue.claim();
    await queue.send(2, { thread });
    await queue.send(3, { thread });
    await queue.cancel(2);
    expect(queue.numbers(await queue.claim(now + 1))).toEqual([]);
    await queue.settle(1);
    expect(queue.numbers(await queue.claim(now + 1))).toEqual([3]);
  });

  it("nothing waits for a message that was taken back", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.send(2, { edits: original });
    await queue.cancel(1);
    expect(queue.numbers(await queue.claim())).toEqual([2]);
  });

  it("one recipient's trouble holds up no other's, and no other conversation", async () => {
    const queue = await openClaims(await open());
    await queue.send(1, { to: ["bob", "carol"], thread });
    const { messages } = await queue.claim();
    const [toBob, toCarol] = messages[0]?.deliveries ?? [];
    if (toBob === undefined || toCarol === undefined) throw new Error("no deliveries");
    await queue.store.write((tx) => settleDelivery(tx, toCarol.id, "delivered", now, undefined));
    await queue.defer(1, now + 60_000);
    await queue.send(2, { to: ["bob", "carol"], thread });
    await queue.send(3, { to: ["bob"] });
    const { messages: next } = await queue.claim(now + 1);
    expect(next.map(({ deliveries }) => deliveries.map(({ recipient }) => recipient))).toEqual([
      ["carol"],
      ["bob"],
    ]);
  });

  it("all go in order after the host is back, whatever their times were", async () => {
    const queue = await openClaims(await open());
    for (const number of [1, 2]) await queue.send(number, { thread });
    await queue.claim();
    await queue.defer(1, now + 3_600_000);
    await queue.defer(2, now + 1_000);
    await queue.store.write((tx) => releaseHost(tx, host, now + 10));
    expect(queue.numbers(await queue.claim(now + 10))).toEqual([1, 2]);
  });
});

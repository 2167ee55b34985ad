/** A host that answers is brought two batches at the same time, and what must keep its order keeps it. */
import { expect, it } from "vitest";
import { letter, takeAll } from "../deliver/trial-peer.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { openTrialQueue, stop, submit, type TrialQueue, until } from "./trial-queue.ts";

const oneBatch = 100;

/** A host that holds its answers back until the gate is opened. */
async function openGated(store: Store) {
  const queue = await openTrialQueue(store);
  const gate = Promise.withResolvers<void>();
  const peer = await queue.wire.join("b.test");
  const hold = () => {
    peer.answer = async (request, asked) => {
      await gate.promise;
      return takeAll(request, asked);
    };
  };
  return { queue, peer, hold, open: () => gate.resolve() };
}

/** Letters 1 to `count`, then the host is called. */
async function sendMany(queue: TrialQueue, count: number, thread?: string): Promise<number[]> {
  const sent: number[] = [];
  for (let number = 1; number <= count; number++) {
    sent.push(await queue.send(letter(number, thread === undefined ? {} : { thread })));
  }
  queue.worker.wake(["b.test"]);
  return sent;
}

/** Everybody who could act has had their turn. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 300; turns++) await new Promise((resolve) => setImmediate(resolve));
}

eachStore("a host for which more waits than one batch", (open) => {
  it("is brought two at the same time when it has answered before, never three, and each message once", async () => {
    const { queue, peer, hold, open: answer } = await openGated(await open());
    await submit(queue, 1_000);
    await queue.settle();
    hold();
    const sent = await sendMany(queue, 3 * oneBatch + 10);
    await until(() => peer.requests.length === 3);
    await quiet();
    expect(peer.posted().map(({ length }) => length)).toEqual([1, oneBatch, oneBatch]);
    answer();
    await until(async () =>
      (await Promise.all(sent.map(queue.state))).every((state) => state === "delivered"),
    );
    await queue.settle();
    const posted = peer.posted().flat();
    expect(new Set(posted).size).toBe(posted.length);
    expect(posted).toHaveLength(1 + sent.length);
    await stop(queue);
  });

  it("is brought one when it has not answered yet", async () => {
    const { queue, peer, hold, open: answer } = await openGated(await open());
    hold();
    await sendMany(queue, 2 * oneBatch);
    await until(() => peer.requests.length === 1);
    await quiet();
    expect(peer.requests).toHaveLength(1);
    answer();
    await until(() => peer.posted().flat().length === 2 * oneBatch);
    await queue.settle();
    await stop(queue);
  });

  it("is brought nothing of a conversation while an earlier part of it is on its way", async () => {
    const { queue, peer, hold, open: answer } = await openGated(await open());
    await submit(queue, 1_000);
    await queue.settle();
    hold();
    await sendMany(queue, oneBatch + 50, letter(999).messageId);
    await until(() => peer.requests.length === 2);
    await quiet();
    expect(peer.requests).toHaveLength(2);
    answer();
    await until(() => peer.posted().flat().length === 1 + oneBatch + 50);
    await queue.settle();
    const order = peer.posted().flat().slice(1);
    expect(order).toEqual(Array.from({ length: oneBatch + 50 }, (_, index) => letter(index + 1).messageId));
    await stop(queue);
  });

  it("that hangs up on both waits for its next try, and then gets everything once", async () => {
    const { queue, peer } = await openGated(await open());
    await submit(queue, 1_000);
    await queue.settle();
    peer.answer = () => "cut";
    const sent = await sendMany(queue, 2 * oneBatch);
    await queue.settle();
    expect(new Set(await Promise.all(sent.map(queue.state)))).not.toContain("sending");
    peer.answer = takeAll;
    await queue.advance(20_000);
    expect(new Set(await Promise.all(sent.map(queue.state)))).toEqual(new Set(["delivered"]));
    await stop(queue);
  });
});

import { expect, it } from "vitest";
import { letter, takeAll } from "../deliver/trial-peer.ts";
import { eachStore } from "../store/each-store.ts";
import { findBackoff } from "../store/host-backoff-store.ts";
import { expiryMs } from "./backoff.ts";
import { openTrialQueue, stop, submit, until } from "./trial-queue.ts";

const minute = 60_000;

eachStore("the queue", (open) => {
  it("delivers what is handed over at once, to each host by itself and in the order it was accepted", async () => {
    const queue = await openTrialQueue(await open());
    const peers = [await queue.wire.join("b.test"), await queue.wire.join("c.test")];
    const sent: number[] = [];
    for (let number = 1; number <= 6; number++) {
      sent.push(await submit(queue, number, { host: number % 2 === 0 ? "b.test" : "c.test" }));
    }
    await queue.settle();
    expect(await Promise.all(sent.map(queue.state))).toEqual(Array(6).fill("delivered"));
    const order = peers.map((peer) => peer.posted().flat());
    expect(order).toEqual([
      [2, 4, 6].map((number) => letter(number).messageId),
      [1, 3, 5].map((number) => letter(number).messageId),
    ]);
    expect(await queue.worker.nextDueAt()).toBeUndefined();
    await stop(queue);
  });

  it("takes up at its start what was waiting", async () => {
    const store = await open();
    const queue = await openTrialQueue(store);
    const peer = await queue.wire.join("b.test");
    const sent = [await queue.send(letter(1)), await queue.send(letter(2))];
    await queue.worker.start();
    await queue.settle();
    expect(await Promise.all(sent.map(queue.state))).toEqual(["delivered", "delivered"]);
    expect(peer.posted()).toHaveLength(1);
    await stop(queue);
  });

  it("tries again when the time has come, until it arrives", async () => {
    const queue = await openTrialQueue(await open());
    const peer = await queue.wire.join("b.test", () => "cut");
    const sent = await submit(queue, 1);
    await queue.settle();
    expect(await queue.worker.nextDueAt()).toBe(queue.clock.now() + 3_000);
    await queue.advance(3_000 + 5_500);
    expect(peer.requests).toHaveLength(3);
    peer.answer = takeAll;
    await queue.advance(10_500);
    expect(await queue.deliveries(sent)).toMatchObject([{ state: "delivered", attemptCount: 4 }]);
    expect(await findBackoff(queue.store.read, "b.test")).toBeUndefined();
    await stop(queue);
  });

  it("sends what is scheduled at its hour", async () => {
    const queue = await openTrialQueue(await open());
    await queue.wire.join("b.test");
    const sent = await queue.send(letter(1), { at: queue.clock.now() + 60 * minute });
    queue.worker.wake(["b.test"]);
    await queue.advance(60 * minute - 1);
    expect(await queue.state(sent)).toBe("queued");
    await queue.advance(1);
    expect(await queue.state(sent)).toBe("delivered");
    await stop(queue);
  });

  it("loses no call that comes while it works", async () => {
    const queue = await openTrialQueue(await open());
    const later: Promise<number>[] = [];
    const peer = await queue.wire.join("b.test", async (request, asked) => {
      // Handed over after the claim was made, and called for before it was retired.
      if (later.length < 3) {
        later.push(submit(queue, later.length + 2));
        await later.at(-1);
      }
      return takeAll(request, asked);
    });
    await submit(queue, 1);
    await queue.settle();
    const sent = await Promise.all(later);
    expect(await Promise.all(sent.map(queue.state))).toEqual(Array(3).fill("delivered"));
    expect(peer.posted().flat()).toHaveLength(4);
    await stop(queue);
  });

  it("gives up after five days, and the sender hears of it twice in all: that it is late, and the end", async () => {
    const queue = await openTrialQueue(await open());
    await queue.wire.join("b.test", () => "timeout");
    const sent = await submit(queue, 1);
    await queue.advance(expiryMs + 60 * minute);
    expect(await queue.state(sent)).toBe("expired");
    expect((await queue.reports()).map(({ status }) => status)).toEqual(["retrying", "expired"]);
    expect(await queue.worker.nextDueAt()).toBeUndefined();
    await stop(queue);
  });

  it("tries at once everything for a host that says it is back, and forgets that it failed", async () => {
    const queue = await openTrialQueue(await open());
    const peer = await queue.wire.join("b.test", () => "connect");
    const sent = await submit(queue, 1);
    await queue.advance(4 * 60 * minute);
    expect(await queue.state(sent)).toBe("retrying");
    peer.answer = takeAll;
    await queue.worker.hostIsBack("b.test");
    await queue.settle();
    expect(await queue.state(sent)).toBe("delivered");
    expect(await findBackoff(queue.store.read, "b.test")).toBeUndefined();
    await stop(queue);
  });

  it("takes any word of a host that failed for a sign that it is back, and of no other", async () => {
    const queue = await openTrialQueue(await open());
    const peer = await queue.wire.join("b.test", () => "connect");
    const sent = await submit(queue, 1);
    await queue.settle();
    peer.answer = takeAll;
    await queue.worker.heardFrom("c.test");
    await queue.settle();
    expect(await queue.state(sent)).toBe("retrying");
    await queue.worker.heardFrom("b.test");
    await queue.settle();
    expect(await queue.state(sent)).toBe("delivered");
    await stop(queue);
  });
});

eachStore("a long attempt", (open) => {
  it("keeps its leases for as long as it takes, so that nobody begins it again", async () => {
    const queue = await openTrialQueue(await open());
    let answer: (() => void) | undefined;
    const peer = await queue.wire.join("b.test", async (request, asked) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return takeAll(request, asked);
    });
    const sent = await submit(queue, 1);
    await until(() => answer !== undefined);
    const other = await openTrialQueue(await open(), queue);
    for (let seconds = 0; seconds < 60; seconds += 10) {
      await queue.clock.advance(10_000);
      await until(async () => {
        const [delivery] = await queue.deliveries(sent);
        return delivery?.nextAttemptAt === queue.clock.now() + 30_000;
      });
      other.worker.wake(["b.test"]);
    }
    answer?.();
    await until(async () => (await queue.state(sent)) === "delivered");
    expect(await queue.deliveries(sent)).toMatchObject([{ attemptCount: 1 }]);
    expect(peer.requests).toHaveLength(1);
    await stop(queue);
    await stop(other);
  });
});

import { describe, expect, it } from "vitest";
import { letter, takeAll } from "../deliver/trial-peer.ts";
import { extendLease } from "../store/delivery-lease-store.ts";
import { eachStore, onPostgres, onSqlite } from "../store/each-store.ts";
import { findBackoff } from "../store/host-backoff-store.ts";
import { expiryMs } from "./backoff.ts";
import { type Claim, claim } from "./claim.ts";
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

describe("a long attempt", () => {
  const open = onSqlite();

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
    for (let seconds = 0; seconds < 120; seconds += 5) {
      await queue.clock.advance(5_000);
      await until(async () => {
        const [delivery] = await queue.deliveries(sent);
        return (delivery?.nextAttemptAt ?? 0) >= queue.clock.now() + 15_000;
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

  it("by a process that died is begun again by the next one that has the database", async () => {
    const store = await open();
    const queue = await openTrialQueue(store);
    const peer = await queue.wire.join("b.test", () => new Promise<never>(() => undefined));
    const sent = await submit(queue, 1);
    await until(() => peer.requests.length === 1);
    peer.answer = takeAll;
    const next = await openTrialQueue(await open(), queue);
    await next.worker.start();
    await until(async () => (await queue.state(sent)) === "delivered");
    expect(await queue.deliveries(sent)).toMatchObject([{ attemptCount: 2 }]);
    await stop(next);
  });
});

eachStore("a lease", (open) => {
  it("is renewed by whoever holds it and by nobody else", async () => {
    const queue = await openTrialQueue(await open());
    const sent = await queue.send(letter(1));
    const now = queue.clock.now();
    const limits = { messages: 1, bytes: 1, leaseMs: 30_000 };
    const take = (at: number) => queue.store.write((tx) => claim(tx, "b.test", at, limits));
    const held = async ({ messages }: Claim, until: number) => {
      for (const delivery of messages.flatMap(({ deliveries }) => deliveries)) {
        await queue.store.write((tx) => extendLease(tx, delivery, until));
      }
      return (await queue.deliveries(sent))[0]?.nextAttemptAt;
    };
    const first = await take(now);
    expect(await held(first, now + 40_000)).toBe(now + 40_000);
    expect((await take(now + 39_999)).messages).toEqual([]);
    const second = await take(now + 40_000);
    expect(second.messages).toHaveLength(1);
    expect(await held(first, now + 1_000_000)).toBe(now + 70_000);
    expect(await held(second, now + 80_000)).toBe(now + 80_000);
  });
});

describe("several processes on one database", () => {
  const open = onPostgres();

  it("find what another has left within a second, and within minutes what lies behind a hold of their own", async () => {
    const [one, two] = [await openTrialQueue(await open()), await open()];
    await one.wire.join("b.test");
    const other = await openTrialQueue(two, one);
    await other.worker.start();
    await other.settle();
    // Nobody is woken: the process that took it has died.
    const left = await one.send(letter(1));
    await until(async () => {
      await one.clock.advance(1_000);
      return (await one.state(left)) === "delivered";
    });
    const held = await one.send(letter(2), { at: one.clock.now() + 24 * 60 * minute });
    other.worker.wake(["b.test"]);
    await other.settle();
    const behind = await one.send(letter(3));
    const from = one.clock.now();
    await until(async () => {
      await one.clock.advance(1_000);
      return (await one.state(behind)) === "delivered";
    });
    expect(one.clock.now() - from).toBeLessThan(60 * minute);
    expect(await one.state(held)).toBe("queued");
    await stop(other);
  });
});

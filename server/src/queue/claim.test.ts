import { describe, expect, it } from "vitest";
import { letter } from "../deliver/trial-peer.ts";
import { settleDelivery } from "../store/delivery-store.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import { saveBackoff } from "../store/host-backoff-store.ts";
import type { Store } from "../store/sql.ts";
import { expiryMs } from "./backoff.ts";
import { type Claim, claim } from "./claim.ts";
import { counted, host, isAboutDeliveries, limits, now, openClaims } from "./trial-claims.ts";

eachStore("a claim", (open) => {
  it("takes what is due for its host, longest due first to be taken, in the order of acceptance", async () => {
    const queue = await openClaims(await open());
    await queue.send(1, { at: now - 1 });
    await queue.send(2, { at: now - 3 });
    await queue.send(3, { at: now - 2 });
    await queue.send(4, { at: now + 1 });
    await queue.send(5, { host: "c.test" });
    expect(queue.numbers(await queue.claim(now, { messages: 2 }))).toEqual([2, 3]);
    const rest = await queue.claim();
    expect(queue.numbers(rest)).toEqual([1]);
    expect(rest.nextDueAt).toBe(now + 1);
  });

  it("takes first what was accepted first of what is due at the same time", async () => {
    const queue = await openClaims(await open());
    for (const number of [3, 1, 2]) await queue.send(number);
    expect(queue.numbers(await queue.claim(now, { messages: 1 }))).toEqual([3]);
    expect(queue.numbers(await queue.claim(now, { messages: 1 }))).toEqual([1]);
  });

  it("writes each attempt before it is made, with the time at which it counts as lost", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    const { messages } = await queue.claim();
    const leased = { state: "sending", attemptCount: 1, nextAttemptAt: now + 30_000 };
    expect(messages).toMatchObject([{ deliveries: [leased] }]);
    expect(await queue.deliveriesOf(1)).toMatchObject([leased]);
    expect(Buffer.from(messages[0]?.bytes ?? [])).toEqual(Buffer.from(letter(1).bytes));
  });

  it("takes it again when that time has come and nobody has said what became of it", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.claim();
    const early = await queue.claim(now + 29_999);
    expect(queue.numbers(early)).toEqual([]);
    expect(early.nextDueAt).toBe(now + 30_000);
    expect((await queue.claim(now + 30_000)).messages).toMatchObject([{ deliveries: [{ attemptCount: 2 }] }]);
  });

  it("is one message with all of its recipients at the host, each with a delivery of its own", async () => {
    const queue = await openClaims(await open());
    const to = Array.from({ length: 500 }, (_, index) => `user${index}`);
    await queue.send(1, { to });
    const { messages } = await queue.claim(now, { messages: 1 });
    expect(messages).toHaveLength(1);
    expect(messages[0]?.deliveries.map(({ recipient }) => recipient)).toEqual(to);
  });

  it("takes as many messages and bytes as it may, and the first however large it is", async () => {
    const queue = await openClaims(await open());
    for (const number of [1, 2, 3, 4])
      await queue.send(number, { text: "x".repeat(number === 3 ? 900 : 100) });
    expect(queue.numbers(await queue.claim(now, { messages: 1 }))).toEqual([1]);
    expect(queue.numbers(await queue.claim(now, { bytes: 1_000 }))).toEqual([2]);
    expect(queue.numbers(await queue.claim(now, { bytes: 10 }))).toEqual([3]);
    expect(queue.numbers(await queue.claim(now, { bytes: 1_000_000 }))).toEqual([4]);
  });

  it("counts bytes to the last one", async () => {
    const queue = await openClaims(await open());
    for (const number of [1, 2, 3, 4]) await queue.send(number);
    const size = letter(1).bytes.length;
    expect(queue.numbers(await queue.claim(now, { bytes: 2 * size }))).toEqual([1, 2]);
    expect(queue.numbers(await queue.claim(now, { bytes: 2 * size - 1 }))).toEqual([3]);
  });

  it("takes no more than 2,000 deliveries, so that a peer's answer has an end", async () => {
    const queue = await openClaims(await open());
    const to = Array.from({ length: 450 }, (_, index) => `user${index}`);
    for (const number of [1, 2, 3, 4, 5]) await queue.send(number, { to });
    const taken = ({ messages }: Claim) => messages.map(({ deliveries }) => deliveries.length);
    expect(taken(await queue.claim())).toEqual([450, 450, 450, 450, 200]);
    expect(taken(await queue.claim())).toEqual([250]);
  });

  it("leaves alone what was taken back", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.cancel(1);
    const nothing = await queue.claim();
    expect(nothing).toEqual({ messages: [], expired: [], nextDueAt: undefined });
  });
});

eachStore("an expired delivery", (open) => {
  it("is not tried again but given up, when it was tried before; one that never was is tried once", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.claim();
    await queue.defer(1, now + 1);
    await queue.send(2);
    const { expired, ...taken } = await queue.claim(now + expiryMs);
    expect(expired).toMatchObject([{ state: "retrying", attemptCount: 1, messageId: letter(1).messageId }]);
    expect(queue.numbers({ expired, ...taken })).toEqual([2]);
  });

  it("is one of no more than 200 at once, and the others come with the next claim", async () => {
    const queue = await openClaims(await open());
    await queue.send(1, { to: Array.from({ length: 250 }, (_, index) => `user${index}`) });
    await queue.claim();
    const first = await queue.claim(now + expiryMs);
    expect(first).toMatchObject({ messages: [], nextDueAt: now + expiryMs });
    expect(first.expired).toHaveLength(200);
  });

  it("holds up nothing in its lane", async () => {
    const queue = await openClaims(await open());
    await queue.send(1);
    await queue.claim();
    await queue.defer(1, now + 1);
    await queue.send(2, { edits: letter(1).messageId, at: now + 2 });
    const both = await queue.claim(now + expiryMs);
    expect(both.expired).toHaveLength(1);
    expect(queue.numbers(both)).toEqual([2]);
  });
});

eachStore("a host that is left alone for a while", (open) => {
  const notBefore = now + 60_000;
  const breaker = { host, failureCount: 3, notBefore, since: now, problem: "It did not answer." };

  it("has nothing claimed and nothing looked through until then", async () => {
    const store = await open();
    const queue = await openClaims(store);
    for (const number of [1, 2, 3]) await queue.send(number);
    await store.write((tx) => saveBackoff(tx, breaker));
    const { result, statements } = await counted(store, (tx) => claim(tx, host, now, limits));
    expect(result).toEqual({ messages: [], expired: [], nextDueAt: notBefore });
    expect(statements.filter(isAboutDeliveries)).toHaveLength(1);
    expect(queue.numbers(await queue.claim(notBefore))).toEqual([1, 2, 3]);
  });

  it("is not waited for when nothing waits", async () => {
    const store = await open();
    await store.write((tx) => saveBackoff(tx, breaker));
    const result = await store.write((tx) => claim(tx, host, now, limits));
    expect(result.nextDueAt).toBeUndefined();
  });
});

describe("two processes on one database", () => {
  const open = onPostgres();

  it("never hold the same delivery, nor one of a lane while the other holds an earlier one", async () => {
    const [one, two] = [await open(), await open()];
    const queue = await openClaims(one);
    for (let number = 1; number <= 40; number++) {
      await queue.send(number, { thread: letter(1_000 + (number % 4)).messageId });
    }
    const seen = new Map<number, number>();
    const inFlight = new Map<string, { store: Store; id: number }>();
    for (let round = 0; round < 100 && seen.size < 40; round++) {
      const claims = await Promise.all(
        [one, two].map(async (store) => ({
          store,
          claim: await store.write((tx) => claim(tx, host, now, { ...limits, messages: 3 })),
        })),
      );
      for (const { store, claim: taken } of claims) {
        for (const { id, lane } of taken.messages.flatMap(({ deliveries }) => deliveries)) {
          expect(seen.has(id)).toBe(false);
          seen.set(id, round);
          const before = inFlight.get(lane);
          if (before !== undefined) expect(before.store).toBe(store);
          inFlight.set(lane, { store, id });
        }
      }
      for (const { store, claim: taken } of claims) {
        for (const { id, lane } of taken.messages.flatMap(({ deliveries }) => deliveries)) {
          await store.write((tx) => settleDelivery(tx, id, "delivered", now, undefined));
          inFlight.delete(lane);
        }
      }
    }
    expect(seen.size).toBe(40);
  });

  it("claim for a host one after the other: who comes second looks again at once", async () => {
    const [one, two] = [await open(), await open()];
    const queue = await openClaims(one);
    await queue.send(1);
    await one.write(async (tx) => {
      expect((await claim(tx, host, now, limits)).messages).toHaveLength(1);
      const second = await two.write((other) => claim(other, host, now, limits));
      expect(second).toEqual({ messages: [], expired: [], nextDueAt: now + 200 });
    });
  });
});

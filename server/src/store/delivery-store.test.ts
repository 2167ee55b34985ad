import { expect, it } from "vitest";
import { extendLease, leaseDeliveries, releaseLeases } from "./delivery-lease-store.ts";
import {
  cancelQueued,
  countWaiting,
  type Delivery,
  deferDelivery,
  insertDelivery,
  listDeliveries,
  listWaitingHosts,
  markLateReported,
  type NewDelivery,
  releaseHost,
  settleDeliveries,
  settleDelivery,
  summariseQueue,
} from "./delivery-store.ts";
import { eachStore } from "./each-store.ts";
import type { Store } from "./sql.ts";

const now = 1_700_000_000_000;
const fresh: NewDelivery = {
  accountId: 1,
  objectId: 5,
  messageId: "m1",
  recipient: "bob",
  host: "b.test",
  lane: "1/c1/bob",
  nextAttemptAt: now,
  createdAt: now,
  expiresAt: now + 1_000_000,
};

async function insert(store: Store, ...deliveries: Partial<NewDelivery>[]): Promise<number[]> {
  await store.write(async (tx) => {
    for (const delivery of deliveries) await insertDelivery(tx, { ...fresh, ...delivery });
  });
  return (await all(store)).map(({ id }) => id);
}

function all(store: Store): Promise<Delivery[]> {
  return listDeliveries(store.read, fresh.accountId, fresh.messageId);
}

async function states(store: Store): Promise<[string, string][]> {
  return (await all(store)).map(({ recipient, state }) => [recipient, state]);
}

eachStore("a delivery", (open) => {
  it("waits as it was put in, in order, untried", async () => {
    const store = await open();
    const [first, second] = await insert(store, {}, { recipient: "carol", host: "c.test" });
    expect(first).toBeLessThan(second ?? 0);
    const [waiting] = await all(store);
    expect(waiting).toMatchObject({
      ...fresh,
      id: first,
      state: "queued",
      attemptCount: 0,
      lateReported: false,
    });
    expect([waiting?.settledAt, waiting?.problem]).toEqual([undefined, undefined]);
    expect(await listDeliveries(store.read, 2, "m1")).toEqual([]);
    expect(await listDeliveries(store.read, 1, "m2")).toEqual([]);
  });

  it("comes before what waits for a later hour, each in its own lane, also when several are put in at once", async () => {
    const store = await open();
    const recipients = ["bob", "carol", "dora"];
    const to = (recipient: string, more: Partial<NewDelivery> = {}) => ({
      ...fresh,
      recipient,
      lane: `1/c1/${recipient}`,
      ...more,
    });
    const scheduled = { messageId: "m2", nextAttemptAt: now + 60_000 };
    await store.write((tx) =>
      Promise.all(recipients.map((recipient) => insertDelivery(tx, to(recipient, scheduled)))),
    );
    await store.write((tx) => Promise.all(recipients.map((recipient) => insertDelivery(tx, to(recipient)))));
    const first = new Map((await listDeliveries(store.read, 1, "m1")).map((one) => [one.recipient, one.id]));
    for (const { recipient, waitsFor } of await listDeliveries(store.read, 1, "m2")) {
      expect(waitsFor).toBe(first.get(recipient));
    }
  });

  it("is leased with others at once, each attempt counted; others are not touched", async () => {
    const store = await open();
    const [first = 0, , third = 0] = await insert(store, {}, { recipient: "carol" }, { recipient: "dora" });
    await store.write((tx) => leaseDeliveries(tx, [first, third], now + 30_000));
    await store.write((tx) => leaseDeliveries(tx, [third], now + 60_000));
    await store.write((tx) => leaseDeliveries(tx, [], now));
    const leased = (await all(store)).map(({ state, attemptCount, nextAttemptAt }) => [
      state,
      attemptCount,
      nextAttemptAt,
    ]);
    expect(leased).toEqual([
      ["sending", 1, now + 30_000],
      ["queued", 0, now],
      ["sending", 2, now + 60_000],
    ]);
  });

  it("is settled once, by whoever comes first", async () => {
    const store = await open();
    const [id = 0] = await insert(store, {});
    const verdicts = await Promise.all(
      (["failed", "expired", "delivered"] as const).map((state) =>
        store.write((tx) => settleDelivery(tx, id, state, now + 5, '{"reason":1}')),
      ),
    );
    expect(verdicts.filter((isFirst) => isFirst)).toHaveLength(1);
    const [settled] = await all(store);
    expect(settled).toMatchObject({ settledAt: now + 5, problem: '{"reason":1}' });
    await store.write((tx) => settleDeliveries(tx, [id], "held", now + 9));
    expect(await store.write((tx) => settleDelivery(tx, id, "failed", now + 9, undefined))).toBe(false);
    expect(await all(store)).toEqual([settled]);
  });

  it("is settled with others at once, which clears what went wrong before", async () => {
    const store = await open();
    const ids = await insert(store, {}, { recipient: "carol" }, { recipient: "dora" });
    const [first = 0, second = 0] = ids;
    const deferred = { id: first, attemptCount: 0, nextAttemptAt: now + 1, problem: '{"reason":1}' };
    await store.write((tx) => deferDelivery(tx, deferred));
    await store.write((tx) => settleDeliveries(tx, [first, second], "delivered", now + 5));
    expect(await states(store)).toEqual([
      ["bob", "delivered"],
      ["carol", "delivered"],
      ["dora", "queued"],
    ]);
    expect((await all(store))[0]).toMatchObject({ settledAt: now + 5, problem: undefined });
  });

  it("is put back by its own attempt, not by one that has lost its lease", async () => {
    const store = await open();
    const [id = 0] = await insert(store, {});
    const lease = () => store.write((tx) => leaseDeliveries(tx, [id], now + 30_000));
    const defer = (attemptCount: number, problem: string | undefined) =>
      store.write((tx) => deferDelivery(tx, { id, attemptCount, nextAttemptAt: now + 99, problem }));
    await lease();
    await lease();
    expect(await defer(1, "late word")).toBe(false);
    expect(await states(store)).toEqual([["bob", "sending"]]);
    expect(await defer(2, "no answer")).toBe(true);
    const [waiting] = await all(store);
    expect(waiting).toMatchObject({ state: "retrying", nextAttemptAt: now + 99, problem: "no answer" });
    await store.write((tx) => settleDelivery(tx, id, "delivered", now, undefined));
    expect(await defer(2, "too late")).toBe(false);
  });

  it("keeps its lease while its own attempt goes on", async () => {
    const store = await open();
    const [id = 0] = await insert(store, {});
    await store.write((tx) => leaseDeliveries(tx, [id], now + 30_000));
    const extend = (attemptCount: number) =>
      store.write((tx) => extendLease(tx, { id, attemptCount }, now + 60_000));
    await extend(2);
    expect(await all(store)).toMatchObject([{ nextAttemptAt: now + 30_000 }]);
    await extend(1);
    expect(await all(store)).toMatchObject([{ nextAttemptAt: now + 60_000 }]);
    await store.write((tx) =>
      deferDelivery(tx, { id, attemptCount: 1, nextAttemptAt: now, problem: undefined }),
    );
    await extend(1);
    expect(await all(store)).toMatchObject([{ state: "retrying", nextAttemptAt: now }]);
  });

  it("that was under way is due again when its only process starts anew; nothing else is moved", async () => {
    const store = await open();
    const later = now + 500_000;
    const ids = await insert(store, {}, { recipient: "carol", nextAttemptAt: later }, { recipient: "dora" });
    const [first = 0, , third = 0] = ids;
    await store.write((tx) => leaseDeliveries(tx, [first, third], later));
    await store.write((tx) => settleDelivery(tx, third, "failed", now, undefined));
    await store.write((tx) => releaseLeases(tx, now + 7));
    expect((await all(store)).map(({ state, nextAttemptAt }) => [state, nextAttemptAt])).toEqual([
      ["retrying", now + 7],
      ["queued", later],
      ["failed", later],
    ]);
  });

  it("that waits for its host's next try is due when the host is back, but not what waits for its own hour", async () => {
    const store = await open();
    const later = now + 500_000;
    const ids = await insert(
      store,
      { nextAttemptAt: later },
      { recipient: "carol", nextAttemptAt: later },
      { recipient: "dora", host: "c.test", nextAttemptAt: later },
      { recipient: "erik" },
    );
    const [first = 0, , third = 0, fourth = 0] = ids;
    await store.write(async (tx) => {
      for (const id of [first, third]) {
        await deferDelivery(tx, { id, attemptCount: 0, nextAttemptAt: later, problem: undefined });
      }
      await leaseDeliveries(tx, [fourth], later);
      await releaseHost(tx, "b.test", now + 7);
    });
    expect((await all(store)).map(({ nextAttemptAt }) => nextAttemptAt - now)).toEqual([
      7, 500_000, 500_000, 500_000,
    ]);
  });

  it("can be taken back until it is tried; the others of its message are told apart", async () => {
    const store = await open();
    const [first = 0] = await insert(store, {}, { recipient: "carol" }, { recipient: "dora" });
    await insert(store, { objectId: 6, messageId: "m2", recipient: "erik" }, { accountId: 2 });
    await store.write((tx) => leaseDeliveries(tx, [first], now + 30_000));
    expect(await store.write((tx) => cancelQueued(tx, 1, ["m1"], now + 5))).toHaveLength(2);
    expect(await states(store)).toEqual([
      ["bob", "sending"],
      ["carol", "cancelled"],
      ["dora", "cancelled"],
    ]);
    expect(await store.write((tx) => cancelQueued(tx, 1, ["m1"], now + 5))).toHaveLength(0);
    expect(await listDeliveries(store.read, 1, "m2")).toMatchObject([{ state: "queued" }]);
    expect(await listDeliveries(store.read, 2, "m1")).toMatchObject([{ state: "queued" }]);
  });

  it("is taken back or claimed, never both", async () => {
    const store = await open();
    const ids = await insert(
      store,
      ...Array.from({ length: 20 }, (_, index) => ({ recipient: `r${index}` })),
    );
    const [taken] = await Promise.all([
      store.write((tx) => cancelQueued(tx, 1, ["m1"], now + 5)),
      ...ids.map((id) =>
        store.write(async (tx) => {
          const row = (await listDeliveries(tx, 1, "m1")).find((one) => one.id === id);
          if (row?.settledAt === undefined) await settleDelivery(tx, id, "delivered", now, undefined);
        }),
      ),
    ]);
    const after = await states(store);
    expect(after.filter(([, state]) => state === "cancelled")).toHaveLength(taken.length);
    expect(after.filter(([, state]) => state === "delivered")).toHaveLength(20 - taken.length);
  });

  it("has its sender told once that it is late", async () => {
    const store = await open();
    const [id = 0] = await insert(store, {});
    await store.write((tx) => markLateReported(tx, id));
    expect(await all(store)).toMatchObject([{ lateReported: true, state: "queued" }]);
  });
});

eachStore("the queue", (open) => {
  it("names each host that something waits for once, and sums up what waits apart from what has its own hour", async () => {
    const store = await open();
    expect(await listWaitingHosts(store.read)).toEqual([]);
    expect(await summariseQueue(store.read, now)).toEqual([]);
    expect(await countWaiting(store.read, now)).toBe(0);
    await insert(
      store,
      { createdAt: now - 9, nextAttemptAt: now + 9 },
      { createdAt: now - 7, nextAttemptAt: now - 7 },
      { createdAt: now - 20, nextAttemptAt: now - 3 },
      { host: "a.test" },
      { host: "c.test" },
      { host: "d.test", createdAt: now - 5, nextAttemptAt: now + 8 },
    );
    const settled = (await all(store)).find(({ host }) => host === "c.test");
    await store.write((tx) => settleDelivery(tx, settled?.id ?? 0, "delivered", now, undefined));
    expect(await listWaitingHosts(store.read)).toEqual(["a.test", "b.test", "d.test"]);
    expect(await countWaiting(store.read, now)).toBe(3);
    expect(await summariseQueue(store.read, now)).toEqual([
      { host: "a.test", waiting: 1, scheduled: 0, oldestAt: now, nextAttemptAt: now },
      { host: "b.test", waiting: 2, scheduled: 1, oldestAt: now - 7, nextAttemptAt: now - 7 },
      { host: "d.test", waiting: 0, scheduled: 1, oldestAt: undefined, nextAttemptAt: now + 8 },
    ]);
    expect(await summariseQueue(store.read, now + 9)).toMatchObject([
      { host: "a.test", waiting: 1, scheduled: 0 },
      { host: "b.test", waiting: 3, scheduled: 0 },
      { host: "d.test", waiting: 1, scheduled: 0, oldestAt: now + 8 },
    ]);
  });

  it("counts what was tried and waits for its next try among what waits, however far that is", async () => {
    const store = await open();
    const [id = 0] = await insert(store, {});
    await store.write(async (tx) => {
      await leaseDeliveries(tx, [id], now + 120_000);
      await deferDelivery(tx, { id, attemptCount: 1, nextAttemptAt: now + 3_600_000, problem: undefined });
    });
    expect(await summariseQueue(store.read, now)).toEqual([
      { host: "b.test", waiting: 1, scheduled: 0, oldestAt: now, nextAttemptAt: now + 3_600_000 },
    ]);
  });
});

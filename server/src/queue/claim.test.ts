import { describe, expect, it } from "vitest";
import { type LetterOptions, letter } from "../deliver/trial-peer.ts";
import {
  cancelQueued,
  deferDelivery,
  listDeliveries,
  releaseHost,
  settleDelivery,
} from "../store/delivery-store.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import { saveBackoff } from "../store/host-backoff-store.ts";
import type { Sql, Store, Tx } from "../store/sql.ts";
import { expiryMs } from "./backoff.ts";
import { type Claim, type ClaimLimits, claim } from "./claim.ts";
import { counting, enqueue, openTrialQueue } from "./trial-queue.ts";

const host = "b.test";
const now = Date.UTC(2026, 10, 24);
const limits: ClaimLimits = { messages: 100, bytes: 3_500_000, leaseMs: 30_000 };

/** A queue with letters by number, claimed from as a worker does it. */
async function openQueue(store: Store) {
  const queue = await openTrialQueue(store);
  const objects = new Map<number, number>();
  const ids = new Map<string, number>();
  return {
    ...queue,
    async send(number: number, options: LetterOptions & { acceptedAt?: number; at?: number } = {}) {
      const { acceptedAt = now, at = acceptedAt, ...rest } = options;
      const one = letter(number, rest);
      ids.set(one.messageId, number);
      objects.set(number, await store.write((tx) => enqueue(tx, queue.alice, one, acceptedAt, at)));
    },
    async claim(at = now, more: Partial<ClaimLimits> = {}) {
      return store.write((tx) => claim(tx, host, at, { ...limits, ...more }));
    },
    numbers: ({ messages }: Claim) => messages.map(({ messageId }) => ids.get(messageId)),
    deliveriesOf: (number: number) => listDeliveries(store.read, queue.alice, objects.get(number) ?? 0),
    async settle(number: number) {
      for (const { id } of await listDeliveries(store.read, queue.alice, objects.get(number) ?? 0)) {
        await store.write((tx) => settleDelivery(tx, id, "delivered", now, undefined));
      }
    },
    async defer(number: number, until: number) {
      for (const { id, attemptCount } of await listDeliveries(
        store.read,
        queue.alice,
        objects.get(number) ?? 0,
      )) {
        const deferred = { id, attemptCount, nextAttemptAt: until, problem: undefined };
        await store.write((tx) => deferDelivery(tx, deferred));
      }
    },
    cancel: (number: number) =>
      store.write((tx) => cancelQueued(tx, queue.alice, objects.get(number) ?? 0, now)),
  };
}

eachStore("a claim", (open) => {
  it("takes what is due for its host, longest due first to be taken, in the order of acceptance", async () => {
    const queue = await openQueue(await open());
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
    const queue = await openQueue(await open());
    for (const number of [3, 1, 2]) await queue.send(number);
    expect(queue.numbers(await queue.claim(now, { messages: 1 }))).toEqual([3]);
    expect(queue.numbers(await queue.claim(now, { messages: 1 }))).toEqual([1]);
  });

  it("writes each attempt before it is made, with the time at which it counts as lost", async () => {
    const queue = await openQueue(await open());
    await queue.send(1);
    const { messages } = await queue.claim();
    const leased = { state: "sending", attemptCount: 1, nextAttemptAt: now + 30_000 };
    expect(messages).toMatchObject([{ deliveries: [leased] }]);
    expect(await queue.deliveriesOf(1)).toMatchObject([leased]);
    expect(Buffer.from(messages[0]?.bytes ?? [])).toEqual(Buffer.from(letter(1).bytes));
  });

  it("takes it again when that time has come and nobody has said what became of it", async () => {
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.claim();
    const early = await queue.claim(now + 29_999);
    expect(queue.numbers(early)).toEqual([]);
    expect(early.nextDueAt).toBe(now + 30_000);
    expect((await queue.claim(now + 30_000)).messages).toMatchObject([{ deliveries: [{ attemptCount: 2 }] }]);
  });

  it("is one message with all of its recipients at the host, each with a delivery of its own", async () => {
    const queue = await openQueue(await open());
    const to = Array.from({ length: 500 }, (_, index) => `user${index}`);
    await queue.send(1, { to });
    const { messages } = await queue.claim(now, { messages: 1 });
    expect(messages).toHaveLength(1);
    expect(messages[0]?.deliveries.map(({ recipient }) => recipient)).toEqual(to);
  });

  it("takes as many messages and bytes as it may, and the first however large it is", async () => {
    const queue = await openQueue(await open());
    for (const number of [1, 2, 3, 4])
      await queue.send(number, { text: "x".repeat(number === 3 ? 900 : 100) });
    expect(queue.numbers(await queue.claim(now, { messages: 1 }))).toEqual([1]);
    expect(queue.numbers(await queue.claim(now, { bytes: 1_000 }))).toEqual([2]);
    expect(queue.numbers(await queue.claim(now, { bytes: 10 }))).toEqual([3]);
    expect(queue.numbers(await queue.claim(now, { bytes: 1_000_000 }))).toEqual([4]);
  });

  it("counts bytes to the last one", async () => {
    const queue = await openQueue(await open());
    for (const number of [1, 2, 3, 4]) await queue.send(number);
    const size = letter(1).bytes.length;
    expect(queue.numbers(await queue.claim(now, { bytes: 2 * size }))).toEqual([1, 2]);
    expect(queue.numbers(await queue.claim(now, { bytes: 2 * size - 1 }))).toEqual([3]);
  });

  it("takes no more than 2,000 deliveries, so that a peer's answer has an end", async () => {
    const queue = await openQueue(await open());
    const to = Array.from({ length: 450 }, (_, index) => `user${index}`);
    for (const number of [1, 2, 3, 4, 5]) await queue.send(number, { to });
    const taken = ({ messages }: Claim) => messages.map(({ deliveries }) => deliveries.length);
    expect(taken(await queue.claim())).toEqual([450, 450, 450, 450, 200]);
    expect(taken(await queue.claim())).toEqual([250]);
  });

  it("leaves alone what was taken back", async () => {
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.cancel(1);
    const nothing = await queue.claim();
    expect(nothing).toEqual({ messages: [], expired: [], nextDueAt: undefined });
  });
});

eachStore("an expired delivery", (open) => {
  it("is not tried again but given up, when it was tried before; one that never was is tried once", async () => {
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.claim();
    await queue.defer(1, now + 1);
    await queue.send(2);
    const { expired, ...taken } = await queue.claim(now + expiryMs);
    expect(expired).toMatchObject([{ state: "retrying", attemptCount: 1, messageId: letter(1).messageId }]);
    expect(queue.numbers({ expired, ...taken })).toEqual([2]);
  });

  it("is one of no more than 200 at once, and the others come with the next claim", async () => {
    const queue = await openQueue(await open());
    await queue.send(1, { to: Array.from({ length: 250 }, (_, index) => `user${index}`) });
    await queue.claim();
    const first = await queue.claim(now + expiryMs);
    expect(first).toMatchObject({ messages: [], nextDueAt: now + expiryMs });
    expect(first.expired).toHaveLength(200);
  });

  it("holds up nothing in its lane", async () => {
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.claim();
    await queue.defer(1, now + 1);
    await queue.send(2, { edits: letter(1).messageId, at: now + 2 });
    const both = await queue.claim(now + expiryMs);
    expect(both.expired).toHaveLength(1);
    expect(queue.numbers(both)).toEqual([2]);
  });
});

const original = letter(1).messageId;
const thread = letter(9).messageId;

eachStore("in a lane", (open) => {
  it("an edit waits while its message is on its way, and goes when that is settled (§50.6)", async () => {
    const queue = await openQueue(await open());
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
    const queue = await openQueue(await open());
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
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.claim();
    await queue.send(2, { edits: original });
    expect(queue.numbers(await queue.claim(now + 30_000))).toEqual([1]);
  });

  it("an edit never goes in one batch with its message, which may be deferred where the edit is not", async () => {
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.send(2, { edits: original });
    await queue.send(3, { edits: original });
    for (const number of [1, 2, 3]) {
      expect(queue.numbers(await queue.claim())).toEqual([number]);
      await queue.settle(number);
    }
  });

  it("a conversation goes in one batch, in order, but not past a message with files", async () => {
    const queue = await openQueue(await open());
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
    const queue = await openQueue(await open());
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
    const queue = await openQueue(await open());
    await queue.send(1, { thread, at: now + 3_600_000 });
    await queue.send(2, { thread });
    const early = await queue.claim();
    expect(queue.numbers(early)).toEqual([2]);
    expect(early.nextDueAt).toBe(now + 30_000);
    await queue.settle(2);
    expect(queue.numbers(await queue.claim(now + 3_600_000))).toEqual([1]);
  });

  it("what is scheduled for the same hour as its message waits for it all the same", async () => {
    const queue = await openQueue(await open());
    const at = now + 3_600_000;
    await queue.send(1, { at });
    await queue.send(2, { edits: original, at });
    expect(queue.numbers(await queue.claim(at))).toEqual([1]);
    await queue.settle(1);
    expect(queue.numbers(await queue.claim(at))).toEqual([2]);
  });

  it("what is scheduled goes in the order of its hour, and what refers to it behind it, however they came", async () => {
    const queue = await openQueue(await open());
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

  it("a clock that steps back lets nothing overtake (reliability I12)", async () => {
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.send(2, { edits: original, acceptedAt: now - 24 * 3_600_000 });
    expect(queue.numbers(await queue.claim())).toEqual([1]);
    await queue.send(3, { edits: original, acceptedAt: now - 48 * 3_600_000 });
    await queue.settle(1);
    expect(queue.numbers(await queue.claim())).toEqual([2]);
  });

  it("what waited for one that was taken back waits for what that one waited for", async () => {
    const queue = await openQueue(await open());
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
    const queue = await openQueue(await open());
    await queue.send(1);
    await queue.send(2, { edits: original });
    await queue.cancel(1);
    expect(queue.numbers(await queue.claim())).toEqual([2]);
  });

  it("one recipient's trouble holds up no other's, and no other conversation", async () => {
    const queue = await openQueue(await open());
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
    const queue = await openQueue(await open());
    for (const number of [1, 2]) await queue.send(number, { thread });
    await queue.claim();
    await queue.defer(1, now + 3_600_000);
    await queue.defer(2, now + 1_000);
    await queue.store.write((tx) => releaseHost(tx, host, now + 10));
    expect(queue.numbers(await queue.claim(now + 10))).toEqual([1, 2]);
  });
});

eachStore("a host that is left alone for a while", (open) => {
  const notBefore = now + 60_000;
  const breaker = { host, failureCount: 3, notBefore, since: now, problem: "It did not answer." };

  it("has nothing claimed and nothing looked through until then", async () => {
    const store = await open();
    const queue = await openQueue(store);
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

async function counted<T>(store: Store, work: (tx: Tx) => Promise<T>) {
  return store.write(async (tx) => {
    const noted = counting(tx);
    return { result: await work(noted), statements: noted.statements };
  });
}

const textOf = ({ strings }: Sql) => strings.join("?");
const isAboutDeliveries = (statement: Sql) => /\bdelivery\b/.test(textOf(statement));

/** So many letters to a thousand people, half of whom have some that are due. */
async function fill(store: Store, count: number): Promise<void> {
  await store.write(async (tx) => {
    const run = (statement: string) => tx.run({ strings: [statement], values: [] });
    await run(
      `INSERT INTO delivery (account_id, object_id, message_id, recipient, host, lane, state, attempt_count,
         next_attempt_at, created_at, expires_at, late_reported, lane_at)
       WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${count})
       SELECT 1, n, 'x', 'user' || (n % 1000), '${host}', 'lane' || (n % 1000), 'queued', 0,
         ${now - 1_000_000} + n + (n % 2) * 2000000, ${now}, ${now + expiryMs}, 0, n FROM number`,
    );
    await run(
      "UPDATE delivery SET waits_for = id - 1000 WHERE id - 1000 >= (SELECT min(first.id) FROM delivery AS first)",
    );
  });
}

/** How the store would run a statement, as it tells it. */
async function planOf(tx: Tx, { strings, values }: Sql): Promise<string> {
  const [first = "", ...others] = strings;
  const explain = tx.dialect === "sqlite" ? "EXPLAIN QUERY PLAN" : "EXPLAIN";
  const rows = await tx.all({ strings: [`${explain} ${first}`, ...others], values });
  return rows.map((row) => String(row.detail ?? row["QUERY PLAN"])).join("\n");
}

eachStore("a claim from a queue of ten thousand", (open) => {
  it("takes no more statements than from one of four hundred", async () => {
    const store = await open();
    const counts: number[] = [];
    for (const size of [400, 10_000]) {
      await fill(store, size);
      const { result, statements } = await counted(store, (tx) => claim(tx, host, now, limits));
      expect(result.messages).toHaveLength(100);
      counts.push(statements.length);
      await store.write((tx) => tx.run({ strings: ["DELETE FROM delivery"], values: [] }));
    }
    expect(new Set(counts).size).toBe(1);
  });

  it("does not look at what waits behind one that is not due", async () => {
    const store = await open();
    const queue = await openQueue(store);
    await queue.send(1, { thread });
    await queue.claim();
    await queue.defer(1, now + 60_000);
    const before = await counted(store, (tx) => claim(tx, host, now + 1, limits));
    for (let number = 2; number <= 300; number++) await queue.send(number, { thread });
    const after = await counted(store, (tx) => claim(tx, host, now + 1, limits));
    expect(after.result).toEqual(before.result);
    expect(after.statements).toHaveLength(before.statements.length);
  });

  it.each([
    ["knows nothing of it yet", ["due", "lane"]],
    ["has looked through it", ["due", "lane", "waits"]],
  ])("seeks in its indexes and reads nothing else, when the database %s", async (knowledge, indexes) => {
    const store = await open();
    const { alice } = await openQueue(store);
    await fill(store, 10_000);
    await store.write(async (tx) => {
      if (knowledge === "has looked through it") await tx.run({ strings: ["ANALYZE"], values: [] });
      const noted = counting(tx);
      const { messages } = await claim(noted, host, now, { ...limits, messages: 600 });
      await enqueue(noted, alice, letter(1), now, now);
      const [first] = messages[0]?.deliveries ?? [];
      await settleDelivery(noted, first?.id ?? 0, "delivered", now, undefined);
      const statements = new Map(noted.statements.filter(isAboutDeliveries).map((one) => [textOf(one), one]));
      const plans: string[] = [];
      for (const statement of statements.values()) plans.push(await planOf(tx, statement));
      for (const index of indexes) expect(plans.join("\n")).toContain(`delivery_${index}`);
      for (const plan of plans) {
        expect(plan).not.toMatch(/\bSCAN (?:delivery|later)\b|Seq Scan on delivery/);
        // What follows those taken is found through a list, and is put in order.
        if (!plan.includes("waits")) expect(plan).not.toMatch(/FOR ORDER BY|\bSort\b/);
      }
    });
  });
});

describe("two processes on one database", () => {
  const open = onPostgres();

  it("never hold the same delivery, nor one of a lane while the other holds an earlier one", async () => {
    const [one, two] = [await open(), await open()];
    const queue = await openQueue(one);
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
    const queue = await openQueue(one);
    await queue.send(1);
    await one.write(async (tx) => {
      expect((await claim(tx, host, now, limits)).messages).toHaveLength(1);
      const second = await two.write((other) => claim(other, host, now, limits));
      expect(second).toEqual({ messages: [], expired: [], nextDueAt: now + 200 });
    });
  });
});

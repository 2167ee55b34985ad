/** Whatever order things happen in, a lane keeps its own, and nothing in it waits for ever (§50.6). */
import fc from "fast-check";
import { expect, it } from "vitest";
import { letter } from "../deliver/trial-peer.ts";
import { cancelQueued, type Delivery, deferDelivery, settleDelivery } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { type Claim, claim } from "./claim.ts";
import { enqueue, openTrialQueue } from "./trial-queue.ts";

type Step =
  | { do: "send"; lane: number; kind: "plain" | "edit" | "file"; inMs: number }
  | { do: "claim"; messages: number }
  | { do: "settle" | "defer" | "cancel"; which: number }
  | { do: "wait"; ms: number };

const lanes = 2;
const leaseMs = 30_000;
const settled = new Set(["delivered", "cancelled"]);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      lane: fc.nat(lanes - 1),
      kind: fc.constantFrom(
        "plain" as const,
        "plain" as const,
        "plain" as const,
        "edit" as const,
        "file" as const,
      ),
      inMs: fc.constantFrom(0, 0, 0, 5_000, 50_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("claim" as const), messages: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("settle" as const, "defer" as const, "cancel" as const),
      which: fc.nat(20),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
  },
);

interface Sent {
  messageId: string;
  lane: number;
  isEdit: boolean;
  /** Its own hour. */
  dueAt: number;
  state: "queued" | "sending" | "retrying" | "delivered" | "cancelled";
  leaseUntil: number;
  delivery: Delivery | undefined;
}

/** What is known of a queue by whoever acts on it, beside what the queue itself knows. */
class Story {
  readonly sent: Sent[] = [];
  readonly #store: Store;
  readonly #alice: number;
  readonly #host: string;
  #now = Date.UTC(2026, 10, 24);

  constructor(store: Store, alice: number, host: string) {
    this.#store = store;
    this.#alice = alice;
    this.#host = host;
  }

  async take(one: Step): Promise<void> {
    switch (one.do) {
      case "send":
        return this.#send(one);
      case "claim":
        await this.claim(one.messages);
        return;
      case "wait":
        this.#now += one.ms;
        return;
      case "cancel": {
        const waiting = this.sent.filter(({ state }) => state === "queued");
        const found = waiting[one.which % Math.max(waiting.length, 1)];
        if (found !== undefined) await this.#cancel(found);
        return;
      }
      default: {
        const away = this.sent.filter(({ state }) => state === "sending");
        const found = away[one.which % Math.max(away.length, 1)];
        if (found === undefined) return;
        if (one.do === "settle") await this.settle(found);
        else await this.#defer(found, 1_000 * (one.which + 1));
      }
    }
  }

  async #send({ lane, kind, inMs }: Extract<Step, { do: "send" }>): Promise<void> {
    const number = this.sent.length + 1;
    const thread = letter(1_000_000 + lane).messageId;
    const files = kind === "file" ? [new TextEncoder().encode(`file ${number}`)] : [];
    const edits = kind === "edit" ? letter(999).messageId : undefined;
    const one = letter(number, {
      host: this.#host,
      thread,
      files,
      ...(edits === undefined ? {} : { edits }),
    });
    const dueAt = this.#now + inMs;
    await this.#store.write((tx) => enqueue(tx, this.#alice, one, this.#now, dueAt));
    const { messageId } = one;
    const isEdit = kind === "edit";
    this.sent.push({ messageId, lane, isEdit, dueAt, state: "queued", leaseUntil: 0, delivery: undefined });
  }

  /** Claims, and holds what was taken against the order of its lane. */
  async claim(messages: number): Promise<number> {
    const limits = { messages, bytes: 1e9, leaseMs };
    const taken = await this.#store.write((tx) => claim(tx, this.#host, this.#now, limits));
    const order = taken.messages.map(({ messageId }) =>
      this.sent.findIndex((one) => one.messageId === messageId),
    );
    for (const [place, index] of order.entries()) this.#expectInOrder(index, order.slice(0, place));
    for (const index of order) this.#lease(index, taken);
    return order.length;
  }

  /** Whatever has its place before it, by its hour and then by when it was sent, is settled or goes before it. */
  #expectInOrder(index: number, before: readonly number[]): void {
    const one = this.#at(index);
    for (const [otherIndex, other] of this.sent.entries()) {
      if (other.lane !== one.lane || settled.has(other.state)) continue;
      const isLater = other.dueAt === one.dueAt ? otherIndex >= index : other.dueAt > one.dueAt;
      if (isLater) continue;
      expect(before).toContain(otherIndex);
      expect(one.isEdit).toBe(false);
    }
  }

  #lease(index: number, taken: Claim): void {
    const one = this.#at(index);
    const message = taken.messages.find(({ messageId }) => messageId === one.messageId);
    one.delivery = message?.deliveries[0];
    one.state = "sending";
    one.leaseUntil = this.#now + leaseMs;
  }

  async settle(one: Sent): Promise<void> {
    const id = one.delivery?.id ?? 0;
    await this.#store.write((tx) => settleDelivery(tx, id, "delivered", this.#now, undefined));
    one.state = "delivered";
  }

  async #defer(one: Sent, ms: number): Promise<void> {
    const { id = 0, attemptCount = 0 } = one.delivery ?? {};
    const nextAttemptAt = this.#now + ms;
    const put = { id, attemptCount, nextAttemptAt, problem: undefined };
    if (await this.#store.write((tx) => deferDelivery(tx, put))) one.state = "retrying";
  }

  async #cancel(one: Sent): Promise<void> {
    await this.#store.write((tx) => cancelQueued(tx, this.#alice, [one.messageId], this.#now));
    one.state = "cancelled";
  }

  /** Time goes on, and whatever is tried is taken: in the end nothing waits. */
  async end(): Promise<void> {
    for (let round = 0; round < 3 * this.sent.length + 10; round++) {
      if (this.sent.every(({ state }) => settled.has(state))) return;
      this.#now += 60_000;
      await this.claim(100);
      for (const one of this.sent) if (one.state === "sending") await this.settle(one);
    }
    expect(this.sent.filter(({ state }) => !settled.has(state))).toEqual([]);
  }

  #at(index: number): Sent {
    const one = this.sent[index];
    if (one === undefined) throw new Error("something was claimed that nobody sent");
    return one;
  }
}

eachStore("a lane", (open) => {
  it("keeps its order and is emptied, whatever is sent, claimed, settled, deferred and taken back when", async () => {
    const store = await open();
    const { alice } = await openTrialQueue(store);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: "max" }), async (steps) => {
        const story = new Story(store, alice, `host-${++run}.test`);
        for (const one of steps) await story.take(one);
        await story.end();
      }),
      { numRuns: store.dialect === "sqlite" ? 150 : 20 },
    );
  });
});

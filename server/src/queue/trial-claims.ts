/** For tests: a queue of letters by number, claimed from as a worker does it. */
import { type LetterOptions, letter } from "../deliver/trial-peer.ts";
import { HandClock } from "../env/hand-clock.ts";
import {
  cancelQueued,
  type Delivery,
  deferDelivery,
  listDeliveries,
  settleDelivery,
} from "../store/delivery-store.ts";
import type { Sql, Store, Tx } from "../store/sql.ts";
import { type Claim, type ClaimLimits, claim } from "./claim.ts";
import { counting, enqueue, openTrialQueue } from "./trial-queue.ts";

export const host = "b.test";
export const now = new HandClock().now();
export const limits: ClaimLimits = { messages: 100, bytes: 3_500_000, leaseMs: 30_000 };

export interface TrialClaims {
  store: Store;
  alice: number;
  /** Writes a letter into the queue, now and to be sent now when not said. */
  send(number: number, options?: LetterOptions & { acceptedAt?: number; at?: number }): Promise<void>;
  claim(at?: number, more?: Partial<ClaimLimits>): Promise<Claim>;
  /** The letters of a claim, in its order. */
  numbers(claimed: Claim): (number | undefined)[];
  deliveriesOf(number: number): Promise<Delivery[]>;
  /** For all the recipients of a letter. */
  settle(number: number): Promise<void>;
  defer(number: number, until: number): Promise<void>;
  cancel(number: number): Promise<number>;
}

export async function openClaims(store: Store): Promise<TrialClaims> {
  const { alice } = await openTrialQueue(store);
  const numbers = new Map<string, number>();
  const deliveriesOf = (number: number) => listDeliveries(store.read, alice, letter(number).messageId);
  return {
    store,
    alice,
    async send(number, { acceptedAt = now, at = acceptedAt, ...options } = {}) {
      const one = letter(number, options);
      numbers.set(one.messageId, number);
      await store.write((tx) => enqueue(tx, alice, one, acceptedAt, at));
    },
    claim: (at = now, more = {}) => store.write((tx) => claim(tx, host, at, { ...limits, ...more })),
    numbers: ({ messages }) => messages.map(({ messageId }) => numbers.get(messageId)),
    deliveriesOf,
    async settle(number) {
      for (const { id } of await deliveriesOf(number)) {
        await store.write((tx) => settleDelivery(tx, id, "delivered", now, undefined));
      }
    },
    async defer(number, until) {
      for (const { id, attemptCount } of await deliveriesOf(number)) {
        const deferred = { id, attemptCount, nextAttemptAt: until, problem: undefined };
        await store.write((tx) => deferDelivery(tx, deferred));
      }
    },
    async cancel(number) {
      return (await store.write((tx) => cancelQueued(tx, alice, [letter(number).messageId], now))).length;
    },
  };
}

/** Does something in a transaction, and notes its statements. */
export function counted<T>(
  store: Store,
  work: (tx: Tx) => Promise<T>,
): Promise<{ result: T; statements: readonly Sql[] }> {
  return store.write(async (tx) => {
    const noted = counting(tx);
    return { result: await work(noted), statements: noted.statements };
  });
}

export function textOf({ strings }: Sql): string {
  return strings.join("?");
}

export function isAboutDeliveries(statement: Sql): boolean {
  return /\bdelivery\b/.test(textOf(statement));
}

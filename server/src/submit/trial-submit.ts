/** For tests: what an account hands over, on a store, with a clock that only moves when told. */
import type { SendAnswer } from "@posthorn/protocol";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { openAccount } from "../objects/trial-mail.ts";
import { type Claim, claim } from "../queue/claim.ts";
import { settleDelivery } from "../store/delivery-store.ts";
import type { Store } from "../store/sql.ts";
import { cancelSend, getSend } from "./send-status.ts";
import { type SubmitContext, type SubmitInput, submit } from "./submit.ts";

export const hour = 3_600_000;
export const day = 24 * hour;

type How = Pick<SubmitInput, "sendAt" | "undoS" | "idempotencyKey">;

export interface TrialSubmit {
  ctx: SubmitContext;
  clock: HandClock;
  accountId: number;
  /** Hosts that were woken, in order. */
  woken: string[];
  /** Hands over a message, or the very bytes of one. */
  send(message: object | Uint8Array, how?: How): Promise<SendAnswer>;
  get(id: string): Promise<SendAnswer>;
  cancel(id: string): Promise<SendAnswer>;
  /** What the queue takes for a host now. */
  claim(host: string): Promise<Claim>;
  /** Delivers what is due for a host, as much as there is at a time; the ids in the order in which they left. */
  deliver(host: string): Promise<string[]>;
  /** The same account at another process of the server. */
  beside(store: Store): TrialSubmit;
}

/** alice@a.test on a new store. */
export async function trialSubmit(store: Store, quotaBytes = 10_000_000): Promise<TrialSubmit> {
  return submitAs(store, await openAccount(store, "alice", quotaBytes), new HandClock());
}

export function submitAs(
  store: Store,
  accountId: number,
  clock: HandClock,
  accountName = "alice",
): TrialSubmit {
  const woken: string[] = [];
  const ctx: SubmitContext = {
    store,
    clock,
    random: openRandom(),
    host: "a.test",
    allowPorts: false,
    expiryMs: 5 * day,
    wake: (hosts) => woken.push(...hosts),
  };
  const claimFor = (host: string) =>
    store.write((tx) => claim(tx, host, clock.now(), { messages: 100, bytes: 1_000_000, leaseMs: 120_000 }));
  return {
    ctx,
    clock,
    accountId,
    woken,
    async send(message, how = {}) {
      const body = message instanceof Uint8Array ? message : bytesOf(message);
      return (await submit(ctx, { accountId, accountName, body, ...how })).answer;
    },
    get: (id) => getSend(ctx, { accountId, id }),
    cancel: (id) => cancelSend(ctx, { accountId, id }),
    claim: claimFor,
    async deliver(host) {
      const left: string[] = [];
      for (let taken = await claimFor(host); taken.messages.length > 0; taken = await claimFor(host)) {
        for (const { messageId, deliveries } of taken.messages) {
          left.push(messageId);
          await store.write(async (tx) => {
            for (const { id } of deliveries)
              await settleDelivery(tx, id, "delivered", clock.now(), undefined);
          });
        }
      }
      return left;
    },
    beside: (other) => submitAs(other, accountId, clock, accountName),
  };
}

export function bytesOf(message: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

/** Addresses at a host. */
export function at(host: string, ...names: string[]): { id: string; host: string }[] {
  return names.map((id) => ({ id, host }));
}

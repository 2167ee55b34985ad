/** One attempt of a claim, with its leases renewed for as long as it takes. */
import { carry } from "../deliver/carry.ts";
import { type DeliverContext, deliver } from "../deliver/deliver.ts";
import type { DeliveryResult, Lacking, Outgoing } from "../deliver/result.ts";
import type { Clock, Log } from "../env/env.ts";
import { extendLease } from "../store/delivery-store.ts";
import type { Store } from "../store/sql.ts";
import type { ClaimedMessage } from "./claim.ts";

export const leaseMs = 30_000;
const renewLeaseMs = 10_000;

export interface AttemptContext {
  store: Store;
  clock: Clock;
  log: Log;
  deliver: DeliverContext;
}

/** Delivers what was claimed for a host. `cut` ends it early; what it was about is then tried again. */
export function attempt(
  ctx: AttemptContext,
  host: string,
  messages: readonly ClaimedMessage[],
  cut: AbortSignal,
): Promise<DeliveryResult> {
  if (messages.length === 0) return Promise.resolve({ kind: "answered", results: new Map(), lacking: [] });
  return whileLeased(ctx, messages, () => deliver(ctx.deliver, host, messages.map(outgoing), cut));
}

/** Carries a message's blobs to the host that lacks them, then the message. */
export function attemptCarrying(
  ctx: AttemptContext,
  host: string,
  message: ClaimedMessage,
  lacking: Lacking,
  cut: AbortSignal,
): Promise<DeliveryResult> {
  return whileLeased(ctx, [message], () => carry(ctx.deliver.remote, host, lacking, cut));
}

function outgoing(message: ClaimedMessage): Outgoing {
  return {
    messageId: message.messageId,
    accountId: message.accountId,
    bytes: message.bytes,
    recipients: message.deliveries.map((delivery) => ({ deliveryId: delivery.id, id: delivery.recipient })),
  };
}

async function whileLeased<T>(
  ctx: AttemptContext,
  messages: readonly ClaimedMessage[],
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const renewing = renewLeases(ctx, messages, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await renewing;
  }
}

/** A renewal that fails costs at worst a second try of the same delivery, which the other side notices. */
async function renewLeases(
  ctx: AttemptContext,
  messages: readonly ClaimedMessage[],
  done: AbortSignal,
): Promise<void> {
  while (true) {
    await ctx.clock.sleep(renewLeaseMs, done);
    if (done.aborted) return;
    const until = ctx.clock.now() + leaseMs;
    await ctx.store
      .write(async (tx) => {
        for (const { deliveries } of messages) {
          for (const delivery of deliveries) await extendLease(tx, delivery, until);
        }
      })
      .catch((error) => ctx.log("warn", "lease not renewed", { error: String(error) }));
  }
}

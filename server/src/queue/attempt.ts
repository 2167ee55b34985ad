/** One attempt of a claim, with its leases renewed for as long as it takes. */

import { ProblemError, problem } from "@posthorn/protocol";
import { carry } from "../deliver/carry.ts";
import { type DeliverContext, deliver } from "../deliver/deliver.ts";
import {
  type DeliveryResult,
  type HostResult,
  type Lacking,
  type Outgoing,
  untold,
} from "../deliver/result.ts";
import type { Clock, Log } from "../env/env.ts";
import { extendLease } from "../store/delivery-lease-store.ts";
import type { Store } from "../store/sql.ts";
import type { ClaimedMessage } from "./claim.ts";
import { isPoison } from "./poison.ts";
import { cannotHandle } from "./retire.ts";
import type { Turns } from "./turns.ts";

export const leaseMs = 30_000;
const renewLeaseMs = 10_000;
const waits = "This server could not send the message just now. It tries again by itself.";

export interface AttemptContext {
  store: Store;
  clock: Clock;
  log: Log;
  deliver: DeliverContext;
}

/**
 * Delivers what was claimed for a host. `cut` ends it early; what it was about is then tried again. Never throws: a
 * message that cannot be handled is tried apart from the others, and fails or waits alone (threats D2).
 */
export function attempt(
  ctx: AttemptContext,
  host: string,
  messages: readonly ClaimedMessage[],
  cut: AbortSignal,
): Promise<DeliveryResult> {
  if (messages.length === 0) return Promise.resolve(untold);
  return whileLeased(ctx, messages, async () =>
    unlessCut(await deliverAll(ctx, host, messages.map(outgoing), cut), cut),
  );
}

/**
 * Carries a message's blobs to the host that lacks them, then the message, when its turn has come; not at all when
 * `leave` aborts before that. Never throws.
 */
export function attemptCarrying(
  ctx: AttemptContext,
  host: string,
  message: ClaimedMessage,
  lacking: Lacking,
  turns: Turns,
  leave: AbortSignal,
  cut: AbortSignal,
): Promise<DeliveryResult> {
  return whileLeased(ctx, [message], async () => {
    if (!(await turns.take(leave))) return untold;
    try {
      const attempts = message.deliveries.map(({ attemptCount }) => attemptCount);
      return unlessCut(await carry(ctx.deliver.remote, host, lacking, Math.max(...attempts), cut), cut);
    } catch (error) {
      return unhandled(ctx, host, lacking.message, error);
    } finally {
      turns.giveBack();
    }
  });
}

async function deliverAll(
  ctx: AttemptContext,
  host: string,
  messages: readonly Outgoing[],
  cut: AbortSignal,
): Promise<DeliveryResult> {
  try {
    return await deliver(ctx.deliver, host, messages, cut);
  } catch (error) {
    const [only, ...others] = messages;
    if (only !== undefined && others.length === 0) return unhandled(ctx, host, only, error);
    ctx.log("error", "batch not handled", { host, error: String(error) });
    return deliverApart(ctx, host, messages, cut);
  }
}

/** One after the other, until the host falls silent. */
async function deliverApart(
  ctx: AttemptContext,
  host: string,
  messages: readonly Outgoing[],
  cut: AbortSignal,
): Promise<DeliveryResult> {
  let joined = untold;
  for (const message of messages) {
    const one = await deliverAll(ctx, host, [message], cut);
    joined = {
      results: new Map([...joined.results, ...one.results]),
      lacking: [...joined.lacking, ...one.lacking],
      host: afterwards(joined.host, one.host),
    };
    if (one.host.kind === "unreachable") break;
  }
  return joined;
}

function afterwards(before: HostResult, then: HostResult): HostResult {
  if (then.kind === "untold") return before;
  return then.kind === "unreachable" && before.kind === "answered" ? { ...then, kind: "fellSilent" } : then;
}

/** What nothing can be done with fails; what may be the fault of a disk or a database is tried again. */
function unhandled(ctx: AttemptContext, host: string, message: Outgoing, error: unknown): DeliveryResult {
  const deliveries = message.recipients.map(({ deliveryId }) => deliveryId);
  ctx.log("error", "message not handled", { host, deliveries, error: String(error) });
  const reason = error instanceof ProblemError ? error.problem : problem("unavailable", waits);
  const result = isPoison(error)
    ? ({ state: "failed", problem: cannotHandle() } as const)
    : ({ state: "deferred", problem: reason } as const);
  return { ...untold, results: new Map(deliveries.map((id) => [id, result])) };
}

/** What we cut ourselves says nothing about the host: it gets no mark, neither for nor against it. */
function unlessCut(result: DeliveryResult, cut: AbortSignal): DeliveryResult {
  const isOurs = cut.aborted && result.host.kind !== "answered";
  return isOurs ? { ...result, host: { kind: "untold" } } : result;
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
    done.abort("over");
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

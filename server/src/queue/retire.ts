/**
 * What an attempt brought, written down: settled, or put back with the time of the next try. Reports are written in
 * the same transaction (reliability I6), and each is about one delivery, so one that cannot be written harms no other.
 */
import { type Problem, ProblemSchema, problem, shape } from "@posthorn/protocol";
import type { DeliveryResult, RecipientResult } from "../deliver/result.ts";
import {
  type Delivery,
  deferDelivery,
  listOverdue,
  markLateReported,
  settleDelivery,
} from "../store/delivery-store.ts";
import { deleteBackoff, findBackoff, saveBackoff } from "../store/host-backoff-store.ts";
import { markPeerSuccess } from "../store/peer-store.ts";
import type { Tx } from "../store/sql.ts";
import { backoffMs, clampRetryAfterMs, expiryMs, lateAfterMs } from "./backoff.ts";
import type { Claim } from "./claim.ts";
import { type ReportContext, report } from "./report.ts";

const problemShape = shape(ProblemSchema);

/** Senders told in one transaction of what waits behind a claim; the rest hear of it with the next try. */
const overdueAtOnce = 200;

export interface RetireContext extends ReportContext {
  now: number;
}

/** Writes an attempt's results for every delivery of the claim. */
export async function retire(
  ctx: RetireContext,
  tx: Tx,
  host: string,
  claim: Claim,
  result: DeliveryResult,
): Promise<void> {
  for (const delivery of claim.expired) await expire(ctx, tx, delivery);
  if (claim.messages.length === 0) return;
  const deliveries = claim.messages.flatMap((message) => message.deliveries);
  if (result.kind === "unreachable") {
    const notBefore = await openBreaker(ctx, tx, host, result.problem, result.retryAfterS);
    for (const delivery of deliveries) await defer(ctx, tx, delivery, result.problem, notBefore);
    await tellOfOverdue(ctx, tx, host, result.problem, notBefore);
    return;
  }
  await closeBreaker(ctx, tx, host);
  for (const delivery of deliveries) await retireOne(ctx, tx, delivery, result.results.get(delivery.id));
}

/** What waits behind the claim for a host that cannot be reached: its senders too hear that it is late, and at the end. */
async function tellOfOverdue(
  ctx: RetireContext,
  tx: Tx,
  host: string,
  reason: Problem,
  nextAttemptAt: number,
): Promise<void> {
  const lateBy = ctx.now + expiryMs - lateAfterMs;
  for (const delivery of await listOverdue(tx, host, ctx.now, lateBy, overdueAtOnce)) {
    if (delivery.expiresAt <= ctx.now) {
      await expire(ctx, tx, { ...delivery, problem: delivery.problem ?? JSON.stringify(reason) });
    } else {
      await tellLate(ctx, tx, delivery, reason, nextAttemptAt);
    }
  }
}

async function tellLate(
  ctx: RetireContext,
  tx: Tx,
  delivery: Delivery,
  problem: Problem | undefined,
  nextAttemptAt: number,
): Promise<void> {
  await markLateReported(tx, delivery.id);
  await report(ctx, tx, delivery, ctx.now, { kind: "late", problem, nextAttemptAt });
}

async function retireOne(
  ctx: RetireContext,
  tx: Tx,
  delivery: Delivery,
  result: RecipientResult | undefined,
): Promise<void> {
  if (result === undefined || result.state === "deferred") {
    const nextAttemptAt = ctx.now + backoffMs(delivery.attemptCount, ctx.random.fraction());
    await defer(ctx, tx, delivery, result?.problem, nextAttemptAt);
    return;
  }
  if (result.state !== "failed") {
    await settleDelivery(tx, delivery.id, result.state, ctx.now, undefined);
    return;
  }
  if (await settleDelivery(tx, delivery.id, "failed", ctx.now, JSON.stringify(result.problem))) {
    await report(ctx, tx, delivery, ctx.now, { kind: "failed", problem: result.problem });
  }
}

/** Gives a delivery up that this server cannot handle. */
export async function giveUp(ctx: RetireContext, tx: Tx, delivery: Delivery): Promise<void> {
  const reason = problem(
    "internal",
    "This server could not handle the message. Its operator finds the cause in the log.",
  );
  if (await settleDelivery(tx, delivery.id, "failed", ctx.now, JSON.stringify(reason))) {
    await report(ctx, tx, delivery, ctx.now, { kind: "failed", problem: reason });
  }
}

async function expire(ctx: RetireContext, tx: Tx, delivery: Delivery): Promise<void> {
  if (await settleDelivery(tx, delivery.id, "expired", ctx.now, delivery.problem)) {
    await report(ctx, tx, delivery, ctx.now, { kind: "expired", problem: lastProblem(delivery) });
  }
}

async function defer(
  ctx: RetireContext,
  tx: Tx,
  delivery: Delivery,
  problem: Problem | undefined,
  nextAttemptAt: number,
): Promise<void> {
  const attemptAt = Math.min(nextAttemptAt, Math.max(delivery.expiresAt, ctx.now));
  const deferred = await deferDelivery(tx, {
    id: delivery.id,
    attemptCount: delivery.attemptCount,
    nextAttemptAt: attemptAt,
    problem: problem && JSON.stringify(problem),
  });
  if (deferred && !delivery.lateReported && ctx.now - (delivery.expiresAt - expiryMs) >= lateAfterMs) {
    await tellLate(ctx, tx, delivery, problem, attemptAt);
  }
}

/** When the host may be tried again. */
async function openBreaker(
  ctx: RetireContext,
  tx: Tx,
  host: string,
  problem: Problem,
  retryAfterS: number | undefined,
): Promise<number> {
  const known = await findBackoff(tx, host);
  const failureCount = (known?.failureCount ?? 0) + 1;
  const waitMs =
    retryAfterS === undefined
      ? backoffMs(failureCount, ctx.random.fraction())
      : clampRetryAfterMs(retryAfterS);
  const notBefore = ctx.now + waitMs;
  await saveBackoff(tx, {
    host,
    failureCount,
    notBefore,
    since: known?.since ?? ctx.now,
    problem: problem.detail,
  });
  return notBefore;
}

async function closeBreaker(ctx: RetireContext, tx: Tx, host: string): Promise<void> {
  if (host === ctx.host) return;
  if ((await findBackoff(tx, host)) !== undefined) await deleteBackoff(tx, host);
  await markPeerSuccess(tx, host, ctx.now);
}

function lastProblem(delivery: Delivery): Problem | undefined {
  return delivery.problem === undefined ? undefined : problemShape.parse(JSON.parse(delivery.problem));
}

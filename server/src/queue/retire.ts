/**
 * What an attempt brought, written down: settled, or put back with the time of the next try. Reports are written in
 * the same transaction (reliability I6), and each is about one delivery, so one that cannot be written harms no other.
 */
import { type Problem, ProblemSchema, problem, shape } from "@posthorn/protocol";
import type { DeliveryResult, RecipientResult, Silence } from "../deliver/result.ts";
import type { Log } from "../env/env.ts";
import { lockAccountsById } from "../store/account-store.ts";
import {
  type Delivery,
  deferDelivery,
  listOverdue,
  markLateReported,
  settleDeliveries,
  settleDelivery,
} from "../store/delivery-store.ts";
import { deleteBackoff, findBackoff, saveBackoff } from "../store/host-backoff-store.ts";
import { markPeerSuccess } from "../store/peer-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import { noteSubmissions } from "../store/submission-store.ts";
import { backoffMs, clampRetryAfterMs, expiryMs, lateAfterMs } from "./backoff.ts";
import type { Claim } from "./claim.ts";
import { isPoison } from "./poison.ts";
import { type ReportContext, report } from "./report.ts";

const problemShape = shape(ProblemSchema);

/** Senders told in one transaction of what waits behind a claim; the rest hear of it with the next try. */
const overdueAtOnce = 200;

export interface RetireContext extends ReportContext {
  now: number;
}

/** What is to be written of one delivery. */
interface Retirement {
  delivery: Delivery;
  outcome:
    | RecipientResult
    /** No word about this one; the next try is when the host's time comes, else when its own does. */
    | { state: "unanswered"; silence: HostSilence | undefined }
    | { state: "expired" }
    /** It only waits behind the claim, and its sender is to hear that it is late. */
    | { state: "late"; silence: HostSilence };
}

interface HostSilence {
  problem: Problem;
  notBefore: number;
}

/** Writes an attempt's results for every delivery of the claim, and what they say of the host. */
export async function retire(
  ctx: RetireContext,
  tx: Tx,
  host: string,
  claim: Claim,
  result: DeliveryResult,
): Promise<void> {
  const retirements = await noteHost(ctx, tx, host, claim, result);
  await lockAccountsById(tx, [...new Set(retirements.map(({ delivery }) => delivery.accountId))]);
  const changed: Delivery[] = [];
  for (const state of ["delivered", "held"] as const) {
    const well = retirements.filter(({ outcome }) => outcome.state === state);
    const ids = well.map(({ delivery }) => delivery.id);
    const settled = await settleDeliveries(tx, ids, state, ctx.now);
    for (const { delivery } of well) if (settled.has(delivery.id)) changed.push(delivery);
  }
  for (const retirement of retirements) {
    const { state } = retirement.outcome;
    if (state === "delivered" || state === "held") continue;
    if (await retireOne(ctx, tx, retirement)) changed.push(retirement.delivery);
  }
  await noteSubmissions(tx, changed, "updated");
}

/**
 * The same for a claim that could not be retired in one transaction: each delivery in its own, so that the one that
 * nothing can be done with is given up alone (threats D2, CVE-2025-30355). Throws at the end what else went wrong.
 */
export async function retireApart(
  ctx: RetireContext & { store: Store; log: Log },
  host: string,
  claim: Claim,
  result: DeliveryResult,
): Promise<void> {
  const { store, log } = ctx;
  const faults: unknown[] = [];
  for (const retirement of await store.write((tx) => noteHost(ctx, tx, host, claim, result))) {
    const { delivery } = retirement;
    try {
      await alone(store, delivery, (tx) => retireOne(ctx, tx, retirement));
    } catch (error) {
      log("error", "delivery not retired", { host, delivery: delivery.id, error: String(error) });
      if (isPoison(error)) await alone(store, delivery, (tx) => fail(ctx, tx, delivery, cannotHandle()));
      else faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}

async function alone(store: Store, delivery: Delivery, write: (tx: Tx) => Promise<boolean>): Promise<void> {
  await store.write(async (tx) => {
    await lockAccountsById(tx, [delivery.accountId]);
    if (await write(tx)) await noteSubmissions(tx, [delivery], "updated");
  });
}

/**
 * Gives deliveries up for a reason that no host has named, and tells their senders, or leaves it to the state of each to
 * tell; how many it has settled.
 */
export async function giveUp(
  ctx: RetireContext,
  tx: Tx,
  deliveries: readonly Delivery[],
  { reason, isReported }: { reason: Problem; isReported: boolean },
): Promise<number> {
  await lockAccountsById(tx, [...new Set(deliveries.map(({ accountId }) => accountId))]);
  const settled: Delivery[] = [];
  for (const delivery of deliveries) {
    const isSettled = isReported
      ? await fail(ctx, tx, delivery, reason)
      : await settleFailed(ctx, tx, delivery, reason);
    if (isSettled) settled.push(delivery);
  }
  await noteSubmissions(tx, settled, "updated");
  return settled.length;
}

/** Why a message that this server cannot handle itself is given up. */
export function cannotHandle(): Problem {
  return problem(
    "internal",
    "This server could not handle the message. Its operator finds the cause in the log.",
  );
}

/** Writes down what the attempt says of the host; what is then to be written of each delivery. */
async function noteHost(
  ctx: RetireContext,
  tx: Tx,
  host: string,
  claim: Claim,
  { results, host: told }: DeliveryResult,
): Promise<Retirement[]> {
  const expired = claim.expired.map((delivery): Retirement => ({ delivery, outcome: { state: "expired" } }));
  if (told.kind === "answered" || told.kind === "fellSilent") await closeBreaker(ctx, tx, host);
  const silence =
    told.kind === "unreachable" || told.kind === "fellSilent"
      ? { problem: told.problem, notBefore: await openBreaker(ctx, tx, host, told) }
      : undefined;
  const claimed = claim.messages
    .flatMap((message) => message.deliveries)
    .map((delivery): Retirement => {
      const outcome = results.get(delivery.id) ?? { state: "unanswered", silence };
      return { delivery, outcome };
    });
  const behind = silence === undefined ? [] : await overdueBehind(ctx, tx, host, silence);
  const known = new Set(claim.expired.map(({ id }) => id));
  return [...expired, ...claimed, ...behind.filter(({ delivery }) => !known.has(delivery.id))];
}

/**
 * What waits behind the claim for a host that cannot be reached: its senders too hear that it is late, and at the end,
 * as what was tried in its stead counts for it (§50.7).
 */
async function overdueBehind(
  ctx: RetireContext,
  tx: Tx,
  host: string,
  silence: HostSilence,
): Promise<Retirement[]> {
  const lateBy = ctx.now + expiryMs - lateAfterMs;
  const overdue = await listOverdue(tx, host, ctx.now, lateBy, overdueAtOnce);
  return overdue.map((delivery) => {
    if (delivery.expiresAt > ctx.now) return { delivery, outcome: { state: "late", silence } };
    const reason = delivery.problem ?? JSON.stringify(silence.problem);
    return { delivery: { ...delivery, problem: reason }, outcome: { state: "expired" } };
  });
}

/** True when whoever has sent it finds it in another state than before. */
async function retireOne(ctx: RetireContext, tx: Tx, { delivery, outcome }: Retirement): Promise<boolean> {
  switch (outcome.state) {
    case "delivered":
    case "held":
      return settleDelivery(tx, delivery.id, outcome.state, ctx.now, undefined);
    case "failed":
      return fail(ctx, tx, delivery, outcome.problem);
    case "expired":
      return expire(ctx, tx, delivery);
    case "late":
      await tellLate(ctx, tx, delivery, outcome.silence.problem, outcome.silence.notBefore);
      return false;
    case "deferred":
      return defer(ctx, tx, delivery, outcome.problem, askedNextAttemptAt(ctx, delivery, outcome.problem));
    case "unanswered": {
      const { problem: reason, notBefore } = outcome.silence ?? {};
      return defer(ctx, tx, delivery, reason, notBefore ?? ownNextAttemptAt(ctx, delivery));
    }
  }
}

function ownNextAttemptAt(ctx: RetireContext, { attemptCount }: Delivery): number {
  return ctx.now + backoffMs(attemptCount, ctx.random.fraction());
}

/** The same, but no sooner than the problem asks for (§70.2). */
function askedNextAttemptAt(ctx: RetireContext, delivery: Delivery, { retryAfterS }: Problem): number {
  const own = ownNextAttemptAt(ctx, delivery);
  return retryAfterS === undefined ? own : Math.max(own, ctx.now + clampRetryAfterMs(retryAfterS));
}

async function fail(ctx: RetireContext, tx: Tx, delivery: Delivery, reason: Problem): Promise<boolean> {
  const settled = await settleFailed(ctx, tx, delivery, reason);
  if (settled) await report(ctx, tx, delivery, ctx.now, { kind: "failed", problem: reason });
  return settled;
}

function settleFailed({ now }: RetireContext, tx: Tx, { id }: Delivery, reason: Problem): Promise<boolean> {
  return settleDelivery(tx, id, "failed", now, JSON.stringify(reason));
}

async function expire(ctx: RetireContext, tx: Tx, delivery: Delivery): Promise<boolean> {
  const settled = await settleDelivery(tx, delivery.id, "expired", ctx.now, delivery.problem);
  if (settled) await report(ctx, tx, delivery, ctx.now, { kind: "expired", problem: lastProblem(delivery) });
  return settled;
}

/**
 * Puts it back. Without a new reason the last one goes on telling why it waits. True the first time: that it still waits
 * after another try is no news.
 */
async function defer(
  ctx: RetireContext,
  tx: Tx,
  delivery: Delivery,
  reason: Problem | undefined,
  nextAttemptAt: number,
): Promise<boolean> {
  const attemptAt = Math.min(nextAttemptAt, Math.max(delivery.expiresAt, ctx.now));
  const deferred = await deferDelivery(tx, {
    id: delivery.id,
    attemptCount: delivery.attemptCount,
    nextAttemptAt: attemptAt,
    problem: reason === undefined ? delivery.problem : JSON.stringify(reason),
  });
  if (deferred && ctx.now - (delivery.expiresAt - expiryMs) >= lateAfterMs) {
    await tellLate(ctx, tx, delivery, reason ?? lastProblem(delivery), attemptAt);
  }
  return deferred && delivery.attemptCount === 1;
}

async function tellLate(
  ctx: RetireContext,
  tx: Tx,
  delivery: Delivery,
  reason: Problem | undefined,
  nextAttemptAt: number,
): Promise<void> {
  if (delivery.lateReported || !(await markLateReported(tx, delivery.id))) return;
  await report(ctx, tx, delivery, ctx.now, { kind: "late", problem: reason, nextAttemptAt });
}

/** When the host may be tried again. */
async function openBreaker(
  ctx: RetireContext,
  tx: Tx,
  host: string,
  { problem: reason, retryAfterS }: Silence,
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
    problem: reason.detail,
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

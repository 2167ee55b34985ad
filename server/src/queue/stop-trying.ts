import { problem } from "@posthorn/protocol";
import type { Clock, Log, Random } from "../env/env.ts";
import { keepFromClaims } from "../store/delivery-lease-store.ts";
import { countUnderWay, listToGiveUp, type QueuePlace } from "../store/delivery-store.ts";
import type { Store } from "../store/sql.ts";
import { isPoison } from "./poison.ts";
import { giveUp } from "./retire.ts";

/** Given up in one transaction, so that whoever else writes comes in between. */
const atOnce = 100;

export interface StopContext {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  host: string;
}

/**
 * Gives up, by word of the operator, what waits for a host: each sender hears of it once, in the transaction that settles
 * the delivery (reliability I6). What is just being tried is left to that, for it may arrive; so is what has its own hour.
 * One whose report cannot be written holds up no other: it is settled without, and its state tells.
 */
export async function stopTrying(
  ctx: StopContext,
  host: string,
): Promise<{ cancelled: number; underWay: number }> {
  const { store, clock, log } = ctx;
  const askedAt = clock.now();
  let cancelled = 0;
  let after: QueuePlace | undefined;
  let isLeft = true;
  /** So many are to be given up one by one, for one of them cannot be with others. */
  let apart = 0;
  while (isLeft) {
    const limit = apart > 0 ? 1 : atOnce;
    const some = { after, askedAt, limit };
    let step: Step;
    try {
      step = await giveUpSome(ctx, host, { ...some, isReported: true });
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (limit > 1) {
        apart = atOnce;
        continue;
      }
      log("error", "delivery given up without a report", { host, error: String(error) });
      step = await giveUpSome(ctx, host, { ...some, isReported: false });
    }
    apart = Math.max(0, apart - 1);
    cancelled += step.count;
    after = step.last;
    isLeft = after !== undefined;
  }
  return { cancelled, underWay: await countUnderWay(store.read, host) };
}

/** How many were given up, and after which it goes on; undefined at the end. */
interface Step {
  count: number;
  last: QueuePlace | undefined;
}

function giveUpSome(
  ctx: StopContext,
  host: string,
  {
    after,
    askedAt,
    limit,
    isReported,
  }: { after: QueuePlace | undefined; askedAt: number; limit: number; isReported: boolean },
): Promise<Step> {
  const reason = problem(
    "givenUp",
    "The operator of your server stopped trying. Send it again if it still matters.",
  );
  return ctx.store.write(async (tx) => {
    await keepFromClaims(tx, host);
    const waiting = await listToGiveUp(tx, host, { after, now: askedAt, limit });
    const count = await giveUp({ ...ctx, now: ctx.clock.now() }, tx, waiting, { reason, isReported });
    return { count, last: waiting.length === limit ? waiting.at(-1) : undefined };
  });
}

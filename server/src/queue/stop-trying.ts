import { problem } from "@posthorn/protocol";
import type { Clock, Random } from "../env/env.ts";
import { keepFromClaims } from "../store/delivery-lease-store.ts";
import { countUnderWay, listToGiveUp } from "../store/delivery-store.ts";
import type { Store } from "../store/sql.ts";
import { giveUp } from "./retire.ts";

/** Given up in one transaction, so that whoever else writes comes in between. */
const atOnce = 100;

export interface StopContext {
  store: Store;
  clock: Clock;
  random: Random;
  host: string;
}

/**
 * Gives up, by word of the operator, what waits for a host: each sender hears of it once, in the transaction that settles
 * the delivery (reliability I6). What is just being tried is left to that, for it may arrive; so is what has its own hour.
 */
export async function stopTrying(
  ctx: StopContext,
  host: string,
): Promise<{ cancelled: number; underWay: number }> {
  const { store, clock } = ctx;
  const askedAt = clock.now();
  const reason = problem(
    "givenUp",
    "The operator of your server stopped trying. Send it again if it still matters.",
  );
  let cancelled = 0;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const from: number = after;
    const step = await store.write(async (tx) => {
      await keepFromClaims(tx, host);
      const waiting = await listToGiveUp(tx, host, { after: from, now: askedAt, limit: atOnce });
      const count = await giveUp({ ...ctx, now: clock.now() }, tx, waiting, reason);
      return { count, after: waiting.length === atOnce ? waiting.at(-1)?.id : undefined };
    });
    cancelled += step.count;
    after = step.after;
  }
  return { cancelled, underWay: await countUnderWay(store.read, host) };
}

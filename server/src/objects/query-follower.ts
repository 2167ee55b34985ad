/** Keeps the index of everybody's mail not far behind, and out of the way of mail that comes. */

import type { Clock, Log } from "../env/env.ts";
import { getAccountState } from "../store/account-store.ts";
import { findIndexState, listBehind } from "../store/query-words.ts";
import type { OpenStore } from "../store/sql.ts";
import { type FollowContext, followStep } from "./query-follow.ts";

export interface FollowerContext extends FollowContext {
  store: OpenStore;
  clock: Clock;
  log: Log;
}

const everyMs = 5_000;
/** States of an account that are worth a step: fewer changes are quickly looked at themselves. A commit may be many. */
const leastStates = 256;
/** How often all accounts are looked through, and how old an index may be: what was destroyed is in no word after that. */
const lookThroughMs = 3_600_000;
const oldestMs = 24 * 3_600_000;
const accountsInPage = 500;
/** With more new states than that in all between two looks there is mail to be carried: it waits, but not for ever. */
const busyStates = 200;
const longestWaitMs = 600_000;
/** Rests so many times as long as a step has taken. */
const restFactor = 4;
const leastRestMs = 2;

/** Until `signal` aborts. What cannot be indexed is logged, and tried again with the account's next changes. */
export async function followMail(ctx: FollowerContext, signal: AbortSignal): Promise<void> {
  const { store, clock } = ctx;
  const noted = new Set<number>();
  let lookedThroughAt = Number.NEGATIVE_INFINITY;
  let alarm = new AbortController();
  const deafen = store.onChanged(
    (accountId, types) => {
      if (!types.has("Email")) return;
      alarm.abort("over");
      noted.add(accountId);
    },
    () => {
      lookedThroughAt = Number.NEGATIVE_INFINITY;
      alarm.abort("over");
    },
  );
  signal.addEventListener("abort", () => alarm.abort("over"), { once: true });
  let waitedMs = 0;
  let behindBefore = 0;
  while (!signal.aborted) {
    alarm = new AbortController();
    const changed = await statesBehind(ctx, noted);
    const behind = [...changed.values()].reduce((sum, states) => sum + states, 0);
    // A commit is told of once, and may be a hundred messages.
    const isBusy = behind - behindBefore > busyStates;
    behindBefore = behind;
    waitedMs = isBusy ? waitedMs + everyMs : 0;
    if (!isBusy || waitedMs >= longestWaitMs) {
      [waitedMs, behindBefore] = [0, 0];
      for (const accountId of changed.keys()) noted.delete(accountId);
      for (const [accountId, states] of changed) {
        if (states >= leastStates) await follow(ctx, accountId, signal);
      }
      if (clock.mono() - lookedThroughAt >= lookThroughMs) {
        lookedThroughAt = clock.mono();
        await lookThrough(ctx, signal);
      }
    }
    // While nothing happens nothing is looked at.
    if (noted.size === 0 && !signal.aborted) {
      await clock.sleep(Math.max(0, lookedThroughAt + lookThroughMs - clock.mono()), alarm.signal);
    }
    await clock.sleep(everyMs, signal);
  }
  deafen();
}

/** Of these accounts, by how many states the index of each is behind its mail. */
async function statesBehind(
  { store }: FollowerContext,
  accountIds: ReadonlySet<number>,
): Promise<Map<number, number>> {
  const behind = new Map<number, number>();
  for (const accountId of [...accountIds]) {
    const index = await findIndexState(store.read, accountId);
    behind.set(accountId, (await getAccountState(store.read, accountId)) - (index?.followed ?? 0));
  }
  return behind;
}

async function lookThrough(ctx: FollowerContext, signal: AbortSignal): Promise<void> {
  const { store, clock } = ctx;
  const behind = { leastStates, lookedBefore: clock.now() - oldestMs, limit: accountsInPage };
  for (let after = 0; !signal.aborted; ) {
    const accounts = await listBehind(store.read, after, behind);
    for (const accountId of accounts) await follow(ctx, accountId, signal);
    const last = accounts.at(-1);
    if (last === undefined || accounts.length < accountsInPage) return;
    after = last;
  }
}

/** Brings an account's index up to its mail, a step at a time. */
async function follow(ctx: FollowerContext, accountId: number, signal: AbortSignal): Promise<void> {
  const { clock, log } = ctx;
  try {
    while (!signal.aborted) {
      const begunAt = clock.mono();
      if (!(await followStep(ctx, accountId))) return;
      await clock.sleep(Math.max(leastRestMs, restFactor * (clock.mono() - begunAt)), signal);
    }
  } catch (error) {
    log("error", "mail not indexed", { account: accountId, error: String(error) });
  }
}

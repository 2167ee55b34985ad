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
/** With more changes than that in all between two looks there is mail to be carried: it waits, but not for ever. */
const busyChanges = 200;
const longestWaitMs = 600_000;
/** Rests so many times as long as a step has taken. */
const restFactor = 4;
const leastRestMs = 2;

/** Until `signal` aborts. What cannot be indexed is logged, and tried again with the account's next changes. */
export async function followMail(ctx: FollowerContext, signal: AbortSignal): Promise<void> {
  const { store, clock } = ctx;
  const noted = new Set<number>();
  let changes = 0;
  let lookedThroughAt = Number.NEGATIVE_INFINITY;
  let alarm = new AbortController();
  const deafen = store.onChanged(
    (accountId, types) => {
      if (!types.has("Email")) return;
      changes++;
      alarm.abort();
      noted.add(accountId);
    },
    () => {
      lookedThroughAt = Number.NEGATIVE_INFINITY;
      alarm.abort();
    },
  );
  signal.addEventListener("abort", () => alarm.abort(), { once: true });
  let waitedMs = 0;
  while (!signal.aborted) {
    const isBusy = changes > busyChanges;
    changes = 0;
    alarm = new AbortController();
    waitedMs = isBusy ? waitedMs + everyMs : 0;
    if (!isBusy || waitedMs >= longestWaitMs) {
      waitedMs = 0;
      for (const accountId of await takeDue(ctx, noted)) await follow(ctx, accountId, signal);
      if (clock.mono() - lookedThroughAt >= lookThroughMs) {
        lookedThroughAt = clock.mono();
        await lookThrough(ctx, signal);
      }
    }
    // While nothing happens nothing is looked at.
    if (!isBusy && !signal.aborted) {
      await clock.sleep(Math.max(0, lookedThroughAt + lookThroughMs - clock.mono()), alarm.signal);
    }
    await clock.sleep(everyMs, signal);
  }
  deafen();
}

/** Those of the accounts that have changed whose index is far enough behind; none is noted any more. */
async function takeDue({ store }: FollowerContext, noted: Set<number>): Promise<number[]> {
  const changed = [...noted];
  noted.clear();
  const due: number[] = [];
  for (const accountId of changed) {
    const index = await findIndexState(store.read, accountId);
    const state = await getAccountState(store.read, accountId);
    if (state - (index?.followed ?? 0) >= leastStates) due.push(accountId);
  }
  return due;
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

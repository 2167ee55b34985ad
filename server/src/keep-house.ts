import { uuidV7 } from "@posthorn/protocol";
import { eraseClosed } from "./auth/erase.ts";
import { sweepAuth } from "./auth/sweep.ts";
import { type SweepContext, sweepBlobs } from "./blobs/sweep.ts";
import type { Clock, Log } from "./env/env.ts";
import { removeGone } from "./objects/change-message.ts";
import { forgetSomeChanges } from "./objects/forget-changes.ts";
import { forgetDraftsSent } from "./objects/kept-draft.ts";
import { forgetStrangers } from "./objects/senders.ts";
import { answerOnceMs } from "./objects/vacation.ts";
import { deleteStrangersBefore } from "./store/peer-store.ts";
import { deleteReceipts } from "./store/receipt-store.ts";
import { deleteFinished } from "./store/retention-store.ts";
import { deleteOverSnoozes } from "./store/snooze-store.ts";
import type { Store, Tx } from "./store/sql.ts";
import { markStates } from "./store/state-mark-store.ts";
import { deleteVacationAnswers } from "./store/vacation-store.ts";

const everyMs = 3_600_000;
const dayMs = 24 * everyMs;
/** Longer than a message can be dated apart from its arrival and still be accepted, on both sides (receive.ts). */
const keepReceiptsMs = 14 * dayMs;
/** An id that is dated so far ahead is made up: with a clock that wrong the message is not accepted (receive.ts). */
const madeUpAheadMs = 3 * dayMs;
/** How long what became of a message can be asked after it was settled for its last recipient (docs/protocol §80.5). */
const keepSentMs = 90 * dayMs;
/** Rows looked at in one transaction, so that whoever else writes comes in between. */
const rowsPerStep = 500;
/** How long a host is remembered that nobody here has ever written to, after it was last heard of (§30.5). */
const keepStrangersMs = 30 * dayMs;
/** How long a client can stay away, at least, and still be told what has changed (§85). */
const keepChangesMs = 30 * dayMs;

/** How long somebody is remembered who asked once, of whom nothing waits and nobody has decided (§85.44). */
const keepAskingMs = 30 * dayMs;

/** How long it is told of a message that was snoozed until when it was. */
const keepSnoozedMs = 90 * dayMs;

export interface KeepHouseContext {
  store: Store;
  clock: Clock;
  log: Log;
  blobs: SweepContext;
  /** Makes the host's next signing key when the present one nears its end. */
  renewKeys(): Promise<void>;
}

/** Every hour, removes what has had its time. Resolves when `signal` aborts; a chore that fails is tried an hour later. */
export async function keepHouse(ctx: KeepHouseContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await ctx.clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    for (const [chore, work] of Object.entries(choresOf(ctx, signal))) {
      await work().catch((error: unknown) =>
        ctx.log("error", "chore failed", { chore, error: String(error) }),
      );
    }
  }
}

/** Each by itself, so that one that fails keeps no other from being done. */
function choresOf(ctx: KeepHouseContext, signal: AbortSignal): Record<string, () => Promise<unknown>> {
  const { store, blobs } = ctx;
  const now = ctx.clock.now();
  return {
    keys: () => ctx.renewKeys(),
    auth: () => sweepAuth(ctx),
    closed: () => eraseClosed(ctx, signal),
    receipts: () => sweepReceipts(store, now, signal),
    sent: () =>
      inSteps(store, signal, 0, (tx, after) =>
        deleteFinished(tx, { after, before: now - keepSentMs, limit: rowsPerStep }),
      ),
    drafts: () =>
      inSteps(store, signal, 0, async (tx) =>
        (await forgetDraftsSent(tx, now, rowsPerStep)) === rowsPerStep ? 0 : undefined,
      ),
    changes: () => sweepChanges(store, now, signal),
    gone: () =>
      inSteps(store, signal, 0, async (tx) =>
        (await removeGone(tx, rowsPerStep)) === rowsPerStep ? 0 : undefined,
      ),
    snoozed: () => store.write((tx) => deleteOverSnoozes(tx, now - keepSnoozedMs)),
    strangers: () =>
      inSteps(store, signal, { accountId: 0, address: "" }, (tx, after) =>
        forgetStrangers(tx, { after, before: now - keepAskingMs, limit: rowsPerStep }),
      ),
    answers: () => store.write((tx) => deleteVacationAnswers(tx, now - answerOnceMs)),
    peers: () => store.write((tx) => deleteStrangersBefore(tx, now - keepStrangersMs)),
    blobs: () => sweepBlobs(blobs),
  };
}

/**
 * Those of messages whose ids are old enough, and those whose ids no time can have given: an id is its author's to
 * choose, and one that lies between is reached as time goes on.
 */
async function sweepReceipts(store: Store, now: number, signal: AbortSignal): Promise<void> {
  const before = now - keepReceiptsMs;
  const ranges = [
    { after: "", until: firstIdOf(before) },
    { after: firstIdOf(now + madeUpAheadMs), until: lastId },
  ];
  for (const { after: start, until } of ranges) {
    await inSteps(store, signal, start, (tx, after) =>
      deleteReceipts(tx, { after, until }, before, rowsPerStep),
    );
  }
}

/**
 * Once a day notes what each account's state is, and forgets the changes that a mark proves to be old. A mark bears the
 * time at which its day began, and is made in any hour of it.
 */
async function sweepChanges(store: Store, now: number, signal: AbortSignal): Promise<void> {
  const at = now - (now % dayMs);
  await inSteps(store, signal, 0, (tx, after) => markStates(tx, { after, at, limit: rowsPerStep }));
  const until = now - keepChangesMs - dayMs;
  await inSteps(store, signal, 0, async (tx) => ((await forgetSomeChanges(tx, until)) ? 0 : undefined));
}

const noRandom = new Uint8Array(16);
const lastId = "ffffffff-ffff-7fff-bfff-ffffffffffff";

/** The first that a message made at this time can have. */
function firstIdOf(ms: number): string {
  return uuidV7(ms, noRandom);
}

/** Each step is a transaction of its own and says where the next one begins, until one says that there is none. */
async function inSteps<Place>(
  store: Store,
  signal: AbortSignal,
  start: Place,
  step: (tx: Tx, place: Place) => Promise<Place | undefined>,
): Promise<void> {
  let place: Place | undefined = start;
  while (place !== undefined && !signal.aborted) {
    const from: Place = place;
    place = await store.write((tx) => step(tx, from));
  }
}

import { sweepAuth } from "./auth/sweep.ts";
import { type SweepContext, sweepBlobs } from "./blobs/sweep.ts";
import type { Clock, Log } from "./env/env.ts";
import { deleteStrangersBefore } from "./store/peer-store.ts";
import { deleteReceiptsBefore } from "./store/receipt-store.ts";
import type { Store } from "./store/sql.ts";

const everyMs = 3_600_000;
const dayMs = 24 * everyMs;
/** Longer than a message can be dated apart from its arrival and still be accepted, on both sides (receive.ts). */
const keepReceiptsMs = 14 * dayMs;
/** How long a host is remembered that nobody here has ever written to, after it was last heard of (§30.5). */
const keepStrangersMs = 30 * dayMs;

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
    for (const [chore, work] of Object.entries(choresOf(ctx))) {
      await work().catch((error: unknown) =>
        ctx.log("error", "chore failed", { chore, error: String(error) }),
      );
    }
  }
}

/** Each by itself, so that one that fails keeps no other from being done. */
function choresOf(ctx: KeepHouseContext): Record<string, () => Promise<unknown>> {
  const { store, blobs } = ctx;
  const now = ctx.clock.now();
  return {
    keys: () => ctx.renewKeys(),
    auth: () => sweepAuth(ctx),
    receipts: () => store.write((tx) => deleteReceiptsBefore(tx, now - keepReceiptsMs)),
    peers: () => store.write((tx) => deleteStrangersBefore(tx, now - keepStrangersMs)),
    blobs: () => sweepBlobs(blobs),
  };
}

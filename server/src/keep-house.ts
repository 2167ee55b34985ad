import { sweepAuth } from "./auth/sweep.ts";
import { type SweepContext, sweepBlobs } from "./blobs/sweep.ts";
import type { Clock, Log } from "./env/env.ts";
import { deleteReceiptsBefore } from "./store/receipt-store.ts";
import type { Store } from "./store/sql.ts";

const everyMs = 3_600_000;
/** Longer than a message can be dated apart from its arrival and still be accepted, on both sides (receive.ts). */
const keepReceiptsMs = 14 * 24 * 3_600_000;

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
    for (const chore of [() => ctx.renewKeys(), () => sweep(ctx)]) {
      await chore().catch((error: unknown) => ctx.log("error", "chore failed", { error: String(error) }));
    }
  }
}

async function sweep(ctx: KeepHouseContext): Promise<void> {
  const before = ctx.clock.now() - keepReceiptsMs;
  await sweepAuth(ctx);
  await ctx.store.write((tx) => deleteReceiptsBefore(tx, before));
  await sweepBlobs(ctx.blobs);
}

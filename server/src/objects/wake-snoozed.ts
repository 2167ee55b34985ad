import type { Clock, Log } from "../env/env.ts";
import { findNextWaking, listDueSnoozes } from "../store/snooze-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { wakeMessage } from "./snooze.ts";

/** How often is looked at most, and how long is not looked at most, whatever is heard. */
const shortestMs = 1_000;
const longestMs = 3_600_000;
const atOnce = 100;

interface WakeContext {
  store: OpenStore;
  clock: Clock;
  log: Log;
}

/**
 * Brings back the messages whose time has come, until `signal` aborts; at the start those whose time came while nobody
 * looked. Of several processes of a server each looks, and one brings back each message.
 */
export async function wakeSnoozed(ctx: WakeContext, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = ctx;
  let alarm = new AbortController();
  // A message that is snoozed changes: the time it comes back may be the next.
  const stop = store.onChanged(
    (_, types) => {
      if (types.has("Email")) alarm.abort();
    },
    () => alarm.abort(),
  );
  signal.addEventListener("abort", () => alarm.abort(), { once: true });
  while (!signal.aborted) {
    alarm = new AbortController();
    const next = await wakeDue(ctx).catch((error: unknown) => {
      log("error", "snoozed messages not looked at", { error: String(error) });
      return clock.now() + longestMs;
    });
    await clock.sleep(shortestMs, signal);
    const untilNext = next === undefined ? longestMs : Math.min(Math.max(next - clock.now(), 0), longestMs);
    if (!alarm.signal.aborted) await clock.sleep(untilNext, alarm.signal);
  }
  stop();
}

/** Brings back all whose time has come; when the next one's does. */
async function wakeDue({ store, clock, log }: WakeContext): Promise<number | undefined> {
  for (;;) {
    const due = await listDueSnoozes(store.read, clock.now(), atOnce);
    let woken = 0;
    for (const snooze of due) {
      try {
        if (await store.write((tx) => wakeMessage(tx, snooze, clock.now()))) woken++;
      } catch (error) {
        const { accountId, objectId } = snooze;
        log("error", "message not brought back", { accountId, objectId, error: String(error) });
      }
    }
    if (woken === 0) return due.length === 0 ? findNextWaking(store.read) : clock.now() + longestMs;
  }
}

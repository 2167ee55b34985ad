import type { Clock, Log } from "../env/env.ts";
import { findNextWaking, listDueSnoozes, type Snooze, type SnoozePlace } from "../store/snooze-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { wakeMessage } from "./snooze.ts";

/** How often is looked at most, and how long is not looked at most, whatever is heard. */
const shortestMs = 1_000;
const longestMs = 3_600_000;
const afterFaultMs = 300_000;
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
  const stuck: Stuck = new Map();
  let alarm = new AbortController();
  // A message that is snoozed changes: the time it comes back may be the next.
  const stop = store.onChanged(
    (_, types) => {
      if (types.has("Email")) alarm.abort("over");
    },
    () => alarm.abort("over"),
  );
  signal.addEventListener("abort", () => alarm.abort("over"), { once: true });
  while (!signal.aborted) {
    alarm = new AbortController();
    const next = await wakeDue(ctx, stuck).catch((error: unknown) => {
      log("error", "snoozed messages not looked at", { error: String(error) });
      return clock.now() + afterFaultMs;
    });
    await clock.sleep(shortestMs, signal);
    const untilNext = next === undefined ? longestMs : Math.min(Math.max(next - clock.now(), 0), longestMs);
    if (!alarm.signal.aborted) await clock.sleep(untilNext, alarm.signal);
  }
  stop();
}

/** By message, when it is tried again after it could not be brought back. */
type Stuck = Map<string, number>;

/**
 * Brings back all whose time has come; when there is more to do, as far as that is known. One that cannot be brought back
 * is left for a while, and keeps no other.
 */
async function wakeDue({ store, clock, log }: WakeContext, stuck: Stuck): Promise<number | undefined> {
  const now = clock.now();
  let after: SnoozePlace | undefined = { until: 0, accountId: 0, objectId: 0 };
  while (after !== undefined) {
    const due: Snooze[] = await listDueSnoozes(store.read, { now, after, limit: atOnce });
    for (const snooze of due) {
      const { accountId, objectId } = snooze;
      const key = `${accountId}/${objectId}`;
      if ((stuck.get(key) ?? 0) > now) continue;
      stuck.delete(key);
      try {
        await store.write((tx) => wakeMessage(tx, snooze, clock.now()));
      } catch (error) {
        stuck.set(key, now + afterFaultMs);
        log("error", "message not brought back", { accountId, objectId, error: String(error) });
      }
    }
    after = due.length < atOnce ? undefined : due.at(-1);
  }
  for (const [key, at] of stuck) if (at <= now) stuck.delete(key);
  const times = [await findNextWaking(store.read, now), ...stuck.values()].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

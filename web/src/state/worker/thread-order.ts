/** The threads of a place in order, newest first, kept in order as the mail changes. */
import type { EmailEntry } from "@posthorn/client";
import type { MailMap } from "./mail-map.ts";

export interface OrderedThread {
  readonly threadId: string;
  /** When its newest message in the place has come, or has come back. */
  readonly atMs: number;
  readonly newestId: string;
}

export interface ThreadOrder {
  readonly threads: readonly OrderedThread[];
  /** The place of a thread among them, -1 when it is not there. */
  indexOf(threadId: string): number;
  /** How many have come at this time or later. */
  countSince(atMs: number): number;
}

/** Whether a message lies in the place. */
export type Belongs = (entry: EmailEntry) => boolean;

/** By when a message stands in a list: what comes later stands above. */
export type Timing = (entry: EmailEntry) => number;

/** As it has come; what was out of sight as it has come back. */
export const whenCome: Timing = ({ atMs, snooze }) => (snooze?.isOver === true ? snooze.untilMs : atMs);

/** What comes back next stands above. */
export const whenWaking: Timing = ({ atMs, snooze }) => -(snooze?.untilMs ?? atMs);

/** Follows the map for as long as that is there. */
export function orderThreads(
  map: Pick<MailMap, "all" | "thread" | "onChange">,
  belongs: Belongs,
  timing: Timing = whenCome,
): ThreadOrder {
  const orderedOf = (entry: EmailEntry): OrderedThread => ({
    threadId: entry.threadId,
    atMs: timing(entry),
    newestId: entry.id,
  });
  const here = new Map<string, OrderedThread>();
  for (const entry of map.all()) {
    if (!belongs(entry)) continue;
    const [known, now] = [here.get(entry.threadId), orderedOf(entry)];
    if (known === undefined || isBefore(now, known)) here.set(entry.threadId, now);
  }
  const threads = inOrder(here.values());

  map.onChange((threadIds) => {
    // When most has changed, to sort once is quicker than to put each in its place.
    const isMuch = threadIds.size > 2_000;
    for (const threadId of threadIds) {
      const before = here.get(threadId);
      const now = newestOf(map.thread(threadId).filter(belongs).map(orderedOf));
      if (before !== undefined && now !== undefined && isSame(before, now)) continue;
      if (before !== undefined) {
        here.delete(threadId);
        if (!isMuch) threads.splice(placeOf(threads, before), 1);
      }
      if (now !== undefined) {
        here.set(threadId, now);
        if (!isMuch) threads.splice(placeOf(threads, now), 0, now);
      }
    }
    if (!isMuch) return;
    threads.length = 0;
    for (const thread of inOrder(here.values())) threads.push(thread);
  });

  return {
    threads,
    indexOf(threadId) {
      const found = here.get(threadId);
      return found === undefined ? -1 : placeOf(threads, found);
    },
    countSince: (atMs) => placeOf(threads, { threadId: "", atMs, newestId: "" }),
  };
}

function inOrder(threads: Iterable<OrderedThread>): OrderedThread[] {
  return [...threads].sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

function newestOf([first, ...others]: readonly OrderedThread[]): OrderedThread | undefined {
  return first && others.reduce((newest, other) => (isBefore(other, newest) ? other : newest), first);
}

/** In the order of a list: newest first, and always the same. */
function isBefore(a: OrderedThread, b: OrderedThread): boolean {
  if (a.atMs !== b.atMs) return a.atMs > b.atMs;
  // Ids are numbers behind a letter: a longer one is greater.
  const [one, other] = [a.newestId, b.newestId];
  return one.length !== other.length ? one.length > other.length : one > other;
}

function isSame(a: OrderedThread, b: OrderedThread): boolean {
  return a.atMs === b.atMs && a.newestId === b.newestId;
}

/** Where it is, or would be, among those in order. */
function placeOf(threads: readonly OrderedThread[], wanted: OrderedThread): number {
  let [low, high] = [0, threads.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = threads[middle];
    if (found !== undefined && isBefore(found, wanted)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Threads: the messages of an account that belong to one conversation (RFC 8621 §3). */
import { type ChangeVerb, isKnownState, listLessened, listThreadChanges } from "../store/change-store.ts";
import { listThreads } from "../store/object-store.ts";
import type { Db } from "../store/sql.ts";

export interface ThreadChange {
  state: number;
  conversation: string;
  change: ChangeVerb;
}

/**
 * The first `limit` changes of threads after a state, in order; undefined when those of that time are forgotten. A thread
 * is told of by what has become of it since then: of one that several messages have come to or gone from, each time alike.
 */
export async function listChangesOfThreads(
  db: Db,
  accountId: number,
  since: number,
  limit: number,
): Promise<ThreadChange[] | undefined> {
  const events = await listThreadChanges(db, accountId, since, limit);
  const touched = [...new Set(events.map(({ conversation }) => conversation))];
  const now = await listThreads(db, accountId, touched);
  const lessened = await listLessened(db, accountId, touched, since);
  // Asked last: what was forgotten meanwhile may be missing above.
  if (!(await isKnownState(db, accountId, since))) return undefined;
  return events.map((event) => {
    const ids = now.get(event.conversation);
    const wasThere = lessened.has(event.conversation) || ids?.some((id) => id <= since) === true;
    return { ...event, change: ids === undefined ? "destroyed" : wasThere ? "updated" : "created" };
  });
}

import { getAccountState } from "../store/account-store.ts";
import { type ChangeVerb, isKnownState, listChanges } from "../store/change-store.ts";
import { listMailboxes } from "../store/mailbox-store.ts";
import type { Db } from "../store/sql.ts";

export interface MailboxChange {
  state: number;
  mailboxId: number;
  change: ChangeVerb;
  /** Nothing of it has changed but what it counts. */
  isOnlyCounts: boolean;
}

/**
 * The first `limit` changes of mailboxes after a state, in order; undefined when those of that time are forgotten. What a
 * mailbox counts changes with its messages: of that only the last change is known, which is enough for who reads it as it
 * is now.
 */
export async function listMailboxChanges(
  db: Db,
  accountId: number,
  since: number,
  limit: number,
): Promise<MailboxChange[] | undefined> {
  // Mailboxes and changes are read one after the other: what is written from here on is left for the next time.
  const until = await getAccountState(db, accountId);
  const changes = await listChanges(db, accountId, "Mailbox", since, limit);
  const written = changes.map(({ state, objectId, change }) => ({
    state,
    mailboxId: objectId,
    change,
    isOnlyCounts: false,
  }));
  const counted = (await listMailboxes(db, accountId))
    .filter(({ changedState, namedState }) => changedState > since && changedState > namedState)
    .map(({ id, changedState }) => ({
      state: changedState,
      mailboxId: id,
      change: "updated" as const,
      isOnlyCounts: true,
    }));
  // Asked last: what was forgotten meanwhile may be missing above.
  if (!(await isKnownState(db, accountId, since))) return undefined;
  return [...written, ...counted]
    .filter(({ state }) => state <= until)
    .toSorted((a, b) => a.state - b.state)
    .slice(0, limit);
}

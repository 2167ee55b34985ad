/**
 * Conversations that disturb nobody any more: one of their messages is marked `$muted` (registered with IANA for this), and
 * what comes to them stays out of the inbox.
 */
import type { Account } from "../store/account-store.ts";
import { countMuted, isMarkedInThread } from "../store/mute-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { roles } from "./roles.ts";
import type { Placing } from "./rules.ts";

const muted = "$muted";

/** Costs nothing where no message says so. */
export async function isMuted(
  db: Db,
  { id, muted: count }: Pick<Account, "id" | "muted">,
  conversation: string,
): Promise<boolean> {
  return count > 0 && isMarkedInThread(db, id, conversation, muted);
}

/** Without the inbox: in Archive when it lies nowhere else. */
export function outOfInbox({ mailboxes, keywords }: Placing): Placing {
  const others = mailboxes.filter((id) => id !== roles.inbox.id);
  return { mailboxes: others.length === 0 ? [roles.archive.id] : others, keywords };
}

/** Notes what the marks of a message say of its conversation, and said before. */
export async function noteMuted(
  tx: Tx,
  accountId: number,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const by = Number(after.includes(muted)) - Number(before.includes(muted));
  if (by !== 0) await countMuted(tx, accountId, by);
}

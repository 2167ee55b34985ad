import { int, optionalInt, text } from "./row.ts";
import { type Row, sql, type Tx } from "./sql.ts";
import { noteSubmissions } from "./submission-store.ts";

/** What goes of the messages that accounts have sent, once it is long settled what became of them. */

/**
 * Looks at so many deliveries, in the order in which they were queued and after the one whose id is `after`, and removes
 * those of messages that were settled for every recipient before `before`, each with its submission: from then on the
 * message is unknown here, save for the copies in mailboxes. Messages that were taken back stay known, because whatever
 * refers to them is refused (§80.6). Answers after which id to go on; undefined when no older ones are left.
 */
export async function deleteFinished(
  tx: Tx,
  { after, before, limit }: { after: number; before: number; limit: number },
): Promise<number | undefined> {
  const rows = await tx.all(sql`
    SELECT id, account_id, message_id, state, created_at, settled_at FROM delivery
    WHERE id > ${after} ORDER BY id LIMIT ${limit}`);
  const deleted = await Promise.all(
    messagesOf(rows, before).map((message) => deleteWhenFinished(tx, message, before)),
  );
  await noteSubmissions(tx, deleted.flat(), "destroyed");
  const last = rows.at(-1);
  const areOlderLeft = rows.length === limit && rows.some((row) => int(row, "created_at") < before);
  return last !== undefined && areOlderLeft ? int(last, "id") : undefined;
}

interface SentMessage {
  accountId: number;
  messageId: string;
}

/** Each once: the messages of which one of these deliveries has had its time. */
function messagesOf(rows: readonly Row[], before: number): SentMessage[] {
  const messages = new Map<string, SentMessage>();
  for (const row of rows) {
    const settledAt = optionalInt(row, "settled_at");
    if (settledAt === undefined || settledAt >= before || text(row, "state") === "cancelled") continue;
    const message = { accountId: int(row, "account_id"), messageId: text(row, "message_id") };
    messages.set(`${message.accountId} ${message.messageId}`, message);
  }
  return [...messages.values()];
}

/** The submissions of it that are no longer told of. */
async function deleteWhenFinished(
  tx: Tx,
  { accountId, messageId }: SentMessage,
  before: number,
): Promise<{ accountId: number; objectId: number }[]> {
  const deleted = await tx.run(sql`
    DELETE FROM delivery WHERE message_id = ${messageId} AND account_id = ${accountId} AND NOT EXISTS (
      SELECT 1 FROM delivery AS other WHERE other.message_id = ${messageId} AND other.account_id = ${accountId}
        AND (other.settled_at IS NULL OR other.settled_at >= ${before}))`);
  if (deleted === 0) return [];
  const rows = await tx.all(sql`
    DELETE FROM submission WHERE message_id = ${messageId} AND account_id = ${accountId}
    RETURNING object_id, shown_with, is_destroyed`);
  return rows
    .filter((row) => row.shown_with === null && row.is_destroyed === null)
    .map((row) => ({ accountId, objectId: int(row, "object_id") }));
}

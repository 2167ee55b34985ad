import { bytes, int, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/** What a sender's host was told about one message and one account of ours. */
export interface Receipt {
  digest: Uint8Array;
  status: "delivered" | "held";
  deliveredAt: number;
}

/** `sender` is the whole address, so two hosts cannot meet in one key. */
export async function findReceipt(
  db: Db,
  accountId: number,
  messageId: string,
  sender: string,
): Promise<Receipt | undefined> {
  const row = await db.get(sql`
    SELECT digest, status, delivered_at FROM receipt
    WHERE account_id = ${accountId} AND message_id = ${messageId} AND sender = ${sender}`);
  if (row === undefined) return undefined;
  return {
    digest: bytes(row, "digest"),
    status: text(row, "status") === "held" ? "held" : "delivered",
    deliveredAt: int(row, "delivered_at"),
  };
}

/** False when there is one already: then somebody else accepted the message first, and nothing was written. */
export async function insertReceipt(
  tx: Tx,
  accountId: number,
  messageId: string,
  sender: string,
  receipt: Receipt,
): Promise<boolean> {
  const added = await tx.run(sql`
    INSERT INTO receipt (account_id, message_id, sender, digest, status, delivered_at)
    VALUES (${accountId}, ${messageId}, ${sender}, ${receipt.digest}, ${receipt.status}, ${receipt.deliveredAt})
    ON CONFLICT (account_id, message_id, sender) DO NOTHING`);
  return added === 1;
}

/**
 * Forgets receipts older than `before`, of messages whose ids come after `after` and up to `until`: looks at so many of
 * them, and at the others of the last one's message. Answers after which id to go on; undefined when all were looked at.
 * There is no index by time, into which each message would have to be put: ids grow with time (UUIDv7), as far as those
 * who make them tell the truth.
 */
export async function deleteReceipts(
  tx: Tx,
  { after, until }: { after: string; until: string },
  before: number,
  limit: number,
): Promise<string | undefined> {
  const row = await tx.get(sql`
    SELECT message_id FROM receipt WHERE message_id > ${after} AND message_id <= ${until}
    ORDER BY message_id LIMIT 1 OFFSET ${limit - 1}`);
  const last = row && text(row, "message_id");
  await tx.run(sql`
    DELETE FROM receipt
    WHERE message_id > ${after} AND message_id <= ${last ?? until} AND delivered_at < ${before}`);
  return last;
}

/** Takes back a receipt in the transaction that wrote it, when the message did not fit after all. */
export async function deleteReceipt(
  tx: Tx,
  accountId: number,
  messageId: string,
  sender: string,
): Promise<void> {
  await tx.run(sql`
    DELETE FROM receipt WHERE account_id = ${accountId} AND message_id = ${messageId} AND sender = ${sender}`);
}

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

/** Forgets receipts older than `before`; messages that old are refused by their age instead (threats A12). */
export async function deleteReceiptsBefore(tx: Tx, before: number): Promise<number> {
  return tx.run(sql`DELETE FROM receipt WHERE delivered_at < ${before}`);
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

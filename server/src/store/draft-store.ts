/** Drafts as they were before they became the messages that go out: until the first attempt to send one. */
import { bytes, int } from "./row.ts";
import { sql, type Tx } from "./sql.ts";

export interface DraftSent {
  accountId: number;
  /** The object that was the draft and is the message. */
  objectId: number;
  /** The message's. */
  messageId: string;
  /** Not sent before. */
  sendAt: number;
  /** What the account has given for it beside what its message takes. */
  reservedBytes: number;
}

/** Keeps the bytes that an object has now. */
export async function keepObjectBytes(tx: Tx, draft: DraftSent): Promise<void> {
  const { accountId, objectId } = draft;
  await tx.run(sql`
    INSERT INTO sent_draft (account_id, object_id, message_id, send_at, reserved_bytes, bytes)
    SELECT ${accountId}, ${objectId}, ${draft.messageId}, ${draft.sendAt}, ${draft.reservedBytes}, bytes
    FROM message_bytes
    WHERE id = (SELECT bytes_id FROM object WHERE account_id = ${accountId} AND id = ${objectId})`);
}

/** Removes it; undefined when there is none. */
export async function takeSentDraft(
  tx: Tx,
  accountId: number,
  objectId: number,
): Promise<{ bytes: Uint8Array; reservedBytes: number } | undefined> {
  const [row] = await tx.all(sql`
    DELETE FROM sent_draft WHERE account_id = ${accountId} AND object_id = ${objectId}
    RETURNING bytes, reserved_bytes`);
  return row && { bytes: bytes(row, "bytes"), reservedBytes: int(row, "reserved_bytes") };
}

/** The same without its bytes: what was reserved for it. */
export async function deleteSentDraft(
  tx: Tx,
  accountId: number,
  objectId: number,
): Promise<number | undefined> {
  const [row] = await tx.all(sql`
    DELETE FROM sent_draft WHERE account_id = ${accountId} AND object_id = ${objectId} RETURNING reserved_bytes`);
  return row && int(row, "reserved_bytes");
}

/** `limit` of those that cannot be taken back any more. */
export async function listDraftsSent(
  tx: Tx,
  now: number,
  limit: number,
): Promise<{ accountId: number; objectId: number }[]> {
  const rows = await tx.all(sql`
    SELECT account_id, object_id FROM sent_draft
    WHERE send_at <= ${now} AND EXISTS (
      SELECT 1 FROM delivery
      WHERE delivery.message_id = sent_draft.message_id AND delivery.account_id = sent_draft.account_id
        AND (attempt_count > 0 OR settled_at IS NOT NULL))
    LIMIT ${limit}`);
  return rows.map((row) => ({ accountId: int(row, "account_id"), objectId: int(row, "object_id") }));
}

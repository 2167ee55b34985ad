import { bytes, int, optionalInt, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** One message an account handed over. */
export interface Submission {
  accountId: number;
  messageId: string;
  digest: Uint8Array;
  objectId: number;
  createdAt: number;
  heldUntil: number | undefined;
}

export async function findSubmission(
  db: Db,
  accountId: number,
  messageId: string,
): Promise<Submission | undefined> {
  const row = await db.get(sql`
    SELECT * FROM submission WHERE message_id = ${messageId} AND account_id = ${accountId}`);
  return row && readSubmission(row);
}

export async function findSubmissionByKey(
  db: Db,
  accountId: number,
  key: string,
): Promise<Submission | undefined> {
  const row = await db.get(sql`
    SELECT * FROM submission WHERE account_id = ${accountId} AND idempotency_key = ${key}`);
  return row && readSubmission(row);
}

/** False when the account has already submitted this id or key; nothing was written then. */
export async function insertSubmission(
  tx: Tx,
  submission: Submission,
  key: string | undefined,
): Promise<boolean> {
  const added = await tx.run(sql`
    INSERT INTO submission (account_id, message_id, digest, object_id, idempotency_key, created_at, held_until)
    VALUES (${submission.accountId}, ${submission.messageId}, ${submission.digest}, ${submission.objectId},
      ${key ?? null}, ${submission.createdAt}, ${submission.heldUntil ?? null})
    ON CONFLICT DO NOTHING`);
  return added === 1;
}

function readSubmission(row: Row): Submission {
  return {
    accountId: int(row, "account_id"),
    messageId: text(row, "message_id"),
    digest: bytes(row, "digest"),
    objectId: int(row, "object_id"),
    createdAt: int(row, "created_at"),
    heldUntil: optionalInt(row, "held_until"),
  };
}

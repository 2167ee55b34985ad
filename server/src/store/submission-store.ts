import { bytes, int, optionalInt, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** One message an account handed over. */
export interface Submission {
  accountId: number;
  messageId: string;
  digest: Uint8Array;
  objectId: number;
  createdAt: number;
  heldUntil: number | undefined;
  /** The id of the message that it is about, whoever has sent that. */
  target: string | undefined;
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

/**
 * The same, and until the transaction ends nobody takes it back. Several may be sent about one message at once; who takes
 * it back waits for them, and they for that one.
 */
export async function findSubmissionToFollow(
  tx: Tx,
  accountId: number,
  messageId: string,
): Promise<Submission | undefined> {
  if (tx.dialect === "sqlite") return findSubmission(tx, accountId, messageId);
  const row = await tx.get(sql`
    SELECT * FROM submission WHERE message_id = ${messageId} AND account_id = ${accountId} FOR SHARE`);
  return row && readSubmission(row);
}

/** The same, and until the transaction ends nothing is sent about it. */
export async function findSubmissionToTakeBack(
  tx: Tx,
  accountId: number,
  messageId: string,
): Promise<Submission | undefined> {
  if (tx.dialect === "sqlite") return findSubmission(tx, accountId, messageId);
  const row = await tx.get(sql`
    SELECT * FROM submission WHERE message_id = ${messageId} AND account_id = ${accountId} FOR UPDATE`);
  return row && readSubmission(row);
}

/** The ids of what an account has sent about one of these messages; until the transaction ends nothing is about them. */
export async function listAboutToTakeBack(
  tx: Tx,
  accountId: number,
  messageIds: readonly string[],
): Promise<string[]> {
  const targets = JSON.stringify(messageIds);
  const rows =
    tx.dialect === "sqlite"
      ? await tx.all(sql`
          SELECT message_id FROM submission
          WHERE target IN (SELECT value FROM json_each(${targets})) AND target IS NOT NULL
            AND account_id = ${accountId}
          ORDER BY message_id`)
      : await tx.all(sql`
          SELECT message_id FROM submission
          WHERE target IN (SELECT value FROM json_each(${targets}) AS about) AND target IS NOT NULL
            AND account_id = ${accountId}
          ORDER BY message_id FOR UPDATE`);
  return rows.map((row) => text(row, "message_id"));
}

/** False when the account has already submitted this id or key; nothing was written then. */
export async function insertSubmission(
  tx: Tx,
  submission: Submission,
  key: string | undefined,
): Promise<boolean> {
  const added = await tx.run(sql`
    INSERT INTO submission (account_id, message_id, digest, object_id, idempotency_key, created_at, held_until,
      target)
    VALUES (${submission.accountId}, ${submission.messageId}, ${submission.digest}, ${submission.objectId},
      ${key ?? null}, ${submission.createdAt}, ${submission.heldUntil ?? null},
      ${submission.target ?? null})
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
    target: optionalText(row, "target"),
  };
}

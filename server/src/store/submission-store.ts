import { takeStates } from "./account-store.ts";
import { appendChanges, type Change, type ChangeVerb, readVerb } from "./change-store.ts";
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
  /** What it was sent as, when that was said. */
  identityId?: number | undefined;
  /** The account's state when it was handed over, of one whose object was there before; else that is its object's id. */
  madeState?: number | undefined;
  /** The object of the message beside which it was sent, to somebody whom that does not name: it is told of with it. */
  shownWith?: number | undefined;
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

/** Those that these objects are the messages of, and what was sent beside them; in no order. */
export async function listSubmissionsOf(
  db: Db,
  accountId: number,
  objectIds: readonly number[],
): Promise<Submission[]> {
  const wanted = JSON.stringify(objectIds);
  const rows = await db.all(sql`
    SELECT * FROM submission
    WHERE account_id = ${accountId} AND is_destroyed IS NULL
      AND object_id IN (SELECT CAST(value AS BIGINT) FROM json_each(${wanted}) AS wanted)
    UNION ALL
    SELECT * FROM submission
    WHERE account_id = ${accountId} AND shown_with IS NOT NULL
      AND shown_with IN (SELECT CAST(value AS BIGINT) FROM json_each(${wanted}) AS wanted)`);
  return rows.map(readSubmission);
}

/** The ids of the messages that an object was sent as: its own, and those beside it. */
export async function listMessagesSent(db: Db, accountId: number, objectId: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT message_id FROM submission WHERE account_id = ${accountId} AND object_id = ${objectId}
    UNION ALL
    SELECT message_id FROM submission
    WHERE account_id = ${accountId} AND shown_with IS NOT NULL AND shown_with = ${objectId}`);
  return rows.map((row) => text(row, "message_id"));
}

/** Those told of by themselves, by falling object id, `limit` of those before `before`. */
export async function listSubmissions(
  db: Db,
  accountId: number,
  before: number,
  limit: number,
): Promise<Submission[]> {
  const rows = await db.all(sql`
    SELECT * FROM submission
    WHERE account_id = ${accountId} AND object_id < ${before} AND shown_with IS NULL AND is_destroyed IS NULL
    ORDER BY object_id DESC LIMIT ${limit}`);
  return rows.map(readSubmission);
}

/** Where one that is told of stands among the others. */
export interface SentPlace {
  objectId: number;
  identityId: number | undefined;
  /** Undefined when the message is gone. */
  conversation: string | undefined;
  sendAt: number;
}

/** The same as `listSubmissions`, of each what it is looked for by. */
export async function listSentPlaces(
  db: Db,
  accountId: number,
  before: number,
  limit: number,
): Promise<SentPlace[]> {
  const rows = await db.all(sql`
    SELECT submission.object_id, submission.identity_id, object.conversation,
      coalesce(submission.held_until, submission.created_at) AS send_at
    FROM submission LEFT JOIN object
      ON object.account_id = submission.account_id AND object.id = submission.object_id
    WHERE submission.account_id = ${accountId} AND submission.object_id < ${before}
      AND submission.shown_with IS NULL AND submission.is_destroyed IS NULL
    ORDER BY submission.object_id DESC LIMIT ${limit}`);
  return rows.map((row) => ({
    objectId: int(row, "object_id"),
    identityId: optionalInt(row, "identity_id"),
    conversation: optionalText(row, "conversation"),
    sendAt: int(row, "send_at"),
  }));
}

/** No more is told of it; that it was sent stays known. */
export async function markSubmissionDestroyed(tx: Tx, accountId: number, objectId: number): Promise<void> {
  await tx.run(sql`
    UPDATE submission SET is_destroyed = 1 WHERE account_id = ${accountId} AND object_id = ${objectId}`);
  await noteSubmissions(tx, [{ accountId, objectId }], "destroyed");
}

/** Those that are not to be sent before some hour that is still to come. */
export async function listHeld(db: Db, accountId: number, now: number): Promise<Submission[]> {
  const rows = await db.all(sql`
    SELECT * FROM submission WHERE account_id = ${accountId} AND held_until > ${now} ORDER BY object_id`);
  return rows.map(readSubmission);
}

/** Forgets that a message was handed over, and to whom. */
export async function deleteSubmission(tx: Tx, accountId: number, messageId: string): Promise<void> {
  await tx.run(sql`DELETE FROM delivery WHERE message_id = ${messageId} AND account_id = ${accountId}`);
  await tx.run(sql`DELETE FROM submission WHERE message_id = ${messageId} AND account_id = ${accountId}`);
}

interface OfObject {
  accountId: number;
  objectId: number;
}

/**
 * Notes that something has become of what was sent: each once, and each account's row is written once, in the order in
 * which all take them. Who has changed deliveries before has made their accounts' other writers wait first
 * (`lockAccountsById`): those take an account and then its deliveries.
 */
export async function noteSubmissions(
  tx: Tx,
  changed: readonly OfObject[],
  change: Exclude<ChangeVerb, "created">,
): Promise<void> {
  const accounts = new Map<number, Set<number>>();
  for (const { accountId, objectId } of changed) {
    const objects = accounts.get(accountId);
    if (objects === undefined) accounts.set(accountId, new Set([objectId]));
    else objects.add(objectId);
  }
  for (const [accountId, objects] of [...accounts].toSorted(([a], [b]) => a - b)) {
    const last = await takeStates(tx, accountId, objects.size);
    const firstState = last - objects.size + 1;
    await appendChanges(tx, accountId, {
      type: "EmailSubmission",
      firstState,
      objectIds: [...objects],
      change,
    });
  }
}

/**
 * What has become of an account's submissions after state `since`, in order. Of one that was made since then it is told
 * that it was made, and nothing else. What happened to one that is told of with another happened to that.
 */
export async function listSubmissionChanges(
  db: Db,
  accountId: number,
  since: number,
  limit: number,
): Promise<Change[]> {
  const rows = await db.all(sql`
    SELECT * FROM (
      SELECT * FROM (
        SELECT changes.state, coalesce(beside.shown_with, changes.object_id) AS object_id, changes.change
        FROM changes LEFT JOIN submission AS beside
          ON beside.account_id = changes.account_id AND beside.object_id = changes.object_id
        WHERE changes.account_id = ${accountId} AND changes.state > ${since} AND changes.type = 'EmailSubmission'
        ORDER BY changes.state LIMIT ${limit}) AS changed
      UNION ALL
      SELECT * FROM (
        SELECT object_id AS state, object_id, 'created' AS change FROM submission
        WHERE account_id = ${accountId} AND object_id > ${since} AND made_state IS NULL AND shown_with IS NULL
        ORDER BY object_id LIMIT ${limit}) AS created) AS feed
    ORDER BY state LIMIT ${limit}`);
  return rows.map((row) => ({
    state: int(row, "state"),
    objectId: int(row, "object_id"),
    change: readVerb(text(row, "change")),
    conversation: undefined,
  }));
}

/** False when the account has already submitted this id or key; nothing was written then. */
export async function insertSubmission(
  tx: Tx,
  submission: Submission,
  key: string | undefined,
): Promise<boolean> {
  tx.noteChanged(submission.accountId, "EmailSubmission");
  const added = await tx.run(sql`
    INSERT INTO submission (account_id, message_id, digest, object_id, idempotency_key, created_at, held_until,
      target, identity_id, made_state, shown_with)
    VALUES (${submission.accountId}, ${submission.messageId}, ${submission.digest}, ${submission.objectId},
      ${key ?? null}, ${submission.createdAt}, ${submission.heldUntil ?? null},
      ${submission.target ?? null}, ${submission.identityId ?? null}, ${submission.madeState ?? null},
      ${submission.shownWith ?? null})
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
    identityId: optionalInt(row, "identity_id"),
    madeState: optionalInt(row, "made_state"),
    shownWith: optionalInt(row, "shown_with"),
  };
}

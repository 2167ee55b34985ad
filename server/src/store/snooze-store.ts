import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** A message that comes back by itself, or has come back. */
export interface Snooze {
  accountId: number;
  objectId: number;
  /** When it comes or came back. */
  until: number;
  /** Ids of the mailboxes it was in. */
  mailboxes: readonly number[];
  isOver: boolean;
}

export async function findSnooze(db: Db, accountId: number, objectId: number): Promise<Snooze | undefined> {
  const row = await db.get(sql`
    SELECT * FROM snooze WHERE account_id = ${accountId} AND object_id = ${objectId}`);
  return row && readSnooze(row);
}

/** When those of these messages come or came back that are or were snoozed. */
export async function listSnoozed(
  db: Db,
  accountId: number,
  objectIds: readonly number[],
): Promise<Map<number, number>> {
  if (objectIds.length === 0) return new Map();
  const rows = await db.all(sql`
    SELECT object_id, until FROM snooze
    WHERE account_id = ${accountId}
      AND object_id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(objectIds)}) AS wanted)`);
  return new Map(rows.map((row) => [int(row, "object_id"), int(row, "until")]));
}

/** Writes it over the one that is there. */
export async function saveSnooze(tx: Tx, snooze: Snooze): Promise<void> {
  const mailboxes = JSON.stringify(snooze.mailboxes);
  await tx.run(sql`
    INSERT INTO snooze (account_id, object_id, until, mailboxes, is_over)
    VALUES (${snooze.accountId}, ${snooze.objectId}, ${snooze.until}, ${mailboxes}, ${snooze.isOver ? 1 : 0})
    ON CONFLICT (account_id, object_id)
      DO UPDATE SET until = excluded.until, mailboxes = excluded.mailboxes, is_over = excluded.is_over`);
}

export async function deleteSnooze(tx: Tx, accountId: number, objectId: number): Promise<void> {
  await tx.run(sql`DELETE FROM snooze WHERE account_id = ${accountId} AND object_id = ${objectId}`);
}

/** Where one that has not come back stands among the others of all accounts. */
export type SnoozePlace = Pick<Snooze, "until" | "accountId" | "objectId">;

/** Those whose time has come, the first first, `limit` of those after a place. */
export async function listDueSnoozes(
  db: Db,
  { now, after, limit }: { now: number; after: SnoozePlace; limit: number },
): Promise<Snooze[]> {
  const rows = await db.all(sql`
    SELECT * FROM snooze
    WHERE is_over = 0 AND until <= ${now}
      AND (until, account_id, object_id) > (${after.until}, ${after.accountId}, ${after.objectId})
    ORDER BY until, account_id, object_id LIMIT ${limit}`);
  return rows.map(readSnooze);
}

/** When the next one comes back after `now`; undefined when none does. */
export async function findNextWaking(db: Db, now: number): Promise<number | undefined> {
  const row = await db.get(sql`
    SELECT until FROM snooze WHERE is_over = 0 AND until > ${now} ORDER BY until LIMIT 1`);
  return row && int(row, "until");
}

/** Those of an account that have not come back yet. */
export async function listAsleep(db: Db, accountId: number): Promise<Snooze[]> {
  const rows = await db.all(sql`SELECT * FROM snooze WHERE account_id = ${accountId} AND is_over = 0`);
  return rows.map(readSnooze);
}

/** Forgets what came back before a time. */
export async function deleteOverSnoozes(tx: Tx, before: number): Promise<void> {
  await tx.run(sql`DELETE FROM snooze WHERE is_over = 1 AND until < ${before}`);
}

/** Whether messages that arrive have to look for any of their thread that is to come back. */
export async function setHasSnoozed(tx: Tx, accountId: number, hasSnoozed: boolean): Promise<void> {
  await tx.run(sql`UPDATE account SET has_snoozed = ${hasSnoozed ? 1 : 0} WHERE id = ${accountId}`);
}

function readSnooze(row: Row): Snooze {
  const mailboxes: unknown = JSON.parse(text(row, "mailboxes"));
  return {
    accountId: int(row, "account_id"),
    objectId: int(row, "object_id"),
    until: int(row, "until"),
    mailboxes: Array.isArray(mailboxes) ? mailboxes.filter((id) => typeof id === "number") : [],
    isOver: int(row, "is_over") === 1,
  };
}

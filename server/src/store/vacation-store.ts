import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** What is answered in an owner's absence. */
export interface StoredVacation {
  accountId: number;
  isEnabled: boolean;
  /** JSON of what it says, and when. */
  fields: string;
  /** Messages after this one have still to be looked at. */
  seenId: number;
}

export async function findVacation(db: Db, accountId: number): Promise<StoredVacation | undefined> {
  const row = await db.get(sql`SELECT * FROM vacation WHERE account_id = ${accountId}`);
  return row && readVacation(row);
}

/** Accounts whose mail is answered. */
export async function listAbsent(db: Db): Promise<number[]> {
  const rows = await db.all(sql`SELECT account_id FROM vacation WHERE is_enabled = 1`);
  return rows.map((row) => int(row, "account_id"));
}

/** Writes it over the one that is there. */
export async function saveVacation(tx: Tx, vacation: StoredVacation): Promise<void> {
  const { accountId, isEnabled, fields, seenId } = vacation;
  await tx.run(sql`
    INSERT INTO vacation (account_id, is_enabled, fields, seen_id)
    VALUES (${accountId}, ${isEnabled ? 1 : 0}, ${fields}, ${seenId})
    ON CONFLICT (account_id) DO UPDATE
      SET is_enabled = excluded.is_enabled, fields = excluded.fields, seen_id = excluded.seen_id`);
}

/** Messages up to this one have been looked at; of two that say so, the later one counts. */
export async function markVacationSeen(tx: Tx, accountId: number, seenId: number): Promise<void> {
  await tx.run(sql`
    UPDATE vacation SET seen_id = ${seenId} WHERE account_id = ${accountId} AND seen_id < ${seenId}`);
}

export interface VacationAnswer {
  /** Whom it went to, without a tag. */
  address: string;
  /** The message that it answers. */
  objectId: number;
  answeredAt: number;
}

export async function findVacationAnswer(
  db: Db,
  accountId: number,
  address: string,
): Promise<VacationAnswer | undefined> {
  const row = await db.get(sql`
    SELECT * FROM vacation_answer WHERE account_id = ${accountId} AND address = ${address}`);
  return (
    row && {
      address: text(row, "address"),
      objectId: int(row, "object_id"),
      answeredAt: int(row, "answered_at"),
    }
  );
}

/** Writes it over the last one to the same. */
export async function saveVacationAnswer(tx: Tx, accountId: number, answer: VacationAnswer): Promise<void> {
  await tx.run(sql`
    INSERT INTO vacation_answer (account_id, address, object_id, answered_at)
    VALUES (${accountId}, ${answer.address}, ${answer.objectId}, ${answer.answeredAt})
    ON CONFLICT (account_id, address) DO UPDATE
      SET object_id = excluded.object_id, answered_at = excluded.answered_at`);
}

/** How many an account was answered for after a time. */
export async function countVacationAnswers(db: Db, accountId: number, since: number): Promise<number> {
  const row = await db.get(sql`
    SELECT count(*) AS answers FROM vacation_answer
    WHERE account_id = ${accountId} AND answered_at > ${since}`);
  return row === undefined ? 0 : int(row, "answers");
}

/** Forgets what was answered before a time. */
export async function deleteVacationAnswers(tx: Tx, before: number): Promise<void> {
  await tx.run(sql`DELETE FROM vacation_answer WHERE answered_at < ${before}`);
}

function readVacation(row: Row): StoredVacation {
  return {
    accountId: int(row, "account_id"),
    isEnabled: int(row, "is_enabled") === 1,
    fields: text(row, "fields"),
    seenId: int(row, "seen_id"),
  };
}

/** What accounts' states were on a day, so that changes can be forgotten by their age. */
import { int } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/**
 * Notes the states of the `limit` accounts after the one whose id is `after`: of each that has changes which are not
 * forgotten, and has no mark of this time yet. Answers after which id to go on; undefined when no accounts are left.
 */
export async function markStates(
  tx: Tx,
  { after, at, limit }: { after: number; at: number; limit: number },
): Promise<number | undefined> {
  const accounts = await tx.all(sql`
    SELECT id, state FROM account WHERE id > ${after} ORDER BY id LIMIT ${limit}`);
  const last = accounts.at(-1);
  if (last === undefined) return undefined;
  await tx.run(sql`
    INSERT INTO state_mark (account_id, at, state)
    SELECT id, CAST(${at} AS BIGINT), state FROM account
    WHERE id > ${after} AND id <= ${int(last, "id")} AND state > changes_from
    ON CONFLICT DO NOTHING`);
  return accounts.length < limit ? undefined : int(last, "id");
}

interface StateMark {
  accountId: number;
  at: number;
  /** The account's changes up to this one were made before the mark. */
  state: number;
  /** Those up to this one are forgotten. */
  changesFrom: number;
}

/** The oldest `limit` of the marks that were made until `until`. */
export async function listMarks(db: Db, until: number, limit: number): Promise<StateMark[]> {
  const rows = await db.all(sql`
    SELECT state_mark.account_id, state_mark.at, state_mark.state, account.changes_from FROM state_mark
    JOIN account ON account.id = state_mark.account_id
    WHERE state_mark.at <= ${until} ORDER BY state_mark.at, state_mark.account_id LIMIT ${limit}`);
  return rows.map((row) => ({
    accountId: int(row, "account_id"),
    at: int(row, "at"),
    state: int(row, "state"),
    changesFrom: int(row, "changes_from"),
  }));
}

/**
 * Forgets the oldest changes of an account, up to a state, `most` of them at most: how many, and up to which state. What lies
 * between two epochs before that is forgotten too.
 */
export async function forgetChanges(
  tx: Tx,
  accountId: number,
  upTo: number,
  most = Number.MAX_SAFE_INTEGER,
): Promise<{ count: number; state: number }> {
  const last = await tx.get(sql`
    SELECT state FROM changes WHERE account_id = ${accountId} AND state <= ${upTo}
    ORDER BY state LIMIT 1 OFFSET ${most - 1}`);
  const state = last === undefined ? upTo : int(last, "state");
  const count = await tx.run(sql`DELETE FROM changes WHERE account_id = ${accountId} AND state <= ${state}`);
  await tx.run(sql`DELETE FROM state_gap WHERE account_id = ${accountId} AND first_after <= ${state}`);
  await tx.run(sql`
    UPDATE account SET changes_from = ${state} WHERE id = ${accountId} AND changes_from < ${state}`);
  return { count, state };
}

export async function deleteMark(tx: Tx, { accountId, at }: StateMark): Promise<void> {
  await tx.run(sql`DELETE FROM state_mark WHERE at = ${at} AND account_id = ${accountId}`);
}

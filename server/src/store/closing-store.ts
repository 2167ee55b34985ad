/** Accounts whose owners have closed them, and what is left of those that were erased: their names. */
import { int, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/** Sets when everything of the account is erased; null for one that goes on. */
export async function setEraseAt(tx: Tx, accountId: number, eraseAt: number | null): Promise<void> {
  await tx.run(sql`UPDATE account SET erase_at = ${eraseAt} WHERE id = ${accountId}`);
}

/** True for an account that goes on again: it was closing, and its time had not come. */
export async function reopen(tx: Tx, accountId: number, now: number): Promise<boolean> {
  return (
    (await tx.run(sql`UPDATE account SET erase_at = NULL WHERE id = ${accountId} AND erase_at > ${now}`)) ===
    1
  );
}

/** When everything of the account is erased; undefined for one that goes on, and where there is none. */
export async function findEraseAt(db: Db, accountId: number): Promise<number | undefined> {
  const row = await db.get(
    sql`SELECT erase_at FROM account WHERE id = ${accountId} AND erase_at IS NOT NULL`,
  );
  return row && int(row, "erase_at");
}

/** Accounts whose time has come. */
export async function listToErase(db: Db, now: number): Promise<{ id: number; name: string }[]> {
  const rows = await db.all(
    sql`SELECT id, name FROM account WHERE erase_at IS NOT NULL AND erase_at <= ${now} ORDER BY id`,
  );
  return rows.map((row) => ({ id: int(row, "id"), name: text(row, "name") }));
}

/** The names of all that do the operator's work, and go on doing it. */
export async function listOperators(db: Db): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT name FROM account WHERE is_operator = 1 AND suspended_at IS NULL AND erase_at IS NULL ORDER BY id`);
  return rows.map((row) => text(row, "name"));
}

/** Keeps the name of an account that is erased from everybody, for good. */
export async function insertFormerAddress(tx: Tx, name: string, erasedAt: number): Promise<void> {
  await tx.run(sql`
    INSERT INTO former_address (name, erased_at) VALUES (${name}, ${erasedAt}) ON CONFLICT (name) DO NOTHING`);
}

/** Whether an account of this name was here and has been erased, or is about to be. */
export async function isFormerAddress(db: Db, name: string): Promise<boolean> {
  return (await db.get(sql`SELECT name FROM former_address WHERE name = ${name}`)) !== undefined;
}

/** Whether nobody can be given this name: somebody has it, or had it. */
export async function isNameTaken(db: Db, name: string): Promise<boolean> {
  const row = await db.get(sql`
    SELECT name FROM account WHERE name = ${name} UNION ALL SELECT name FROM former_address WHERE name = ${name}`);
  return row !== undefined;
}

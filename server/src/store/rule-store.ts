import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** What is done with mail as it arrives. */
export interface StoredRule {
  id: number;
  sortOrder: number;
  /** JSON of what it looks for and does. */
  what: string;
}

/** In the order in which they are applied. */
export async function listRules(db: Db, accountId: number): Promise<StoredRule[]> {
  const rows = await db.all(sql`
    SELECT * FROM rule WHERE account_id = ${accountId} ORDER BY sort_order, id`);
  return rows.map(readRule);
}

/** Writes it over the one that is there. */
export async function saveRule(tx: Tx, accountId: number, rule: StoredRule): Promise<void> {
  await tx.run(sql`
    INSERT INTO rule (account_id, id, sort_order, what)
    VALUES (${accountId}, ${rule.id}, ${rule.sortOrder}, ${rule.what})
    ON CONFLICT (account_id, id) DO UPDATE SET sort_order = excluded.sort_order, what = excluded.what`);
}

export async function deleteRule(tx: Tx, accountId: number, id: number): Promise<void> {
  await tx.run(sql`DELETE FROM rule WHERE account_id = ${accountId} AND id = ${id}`);
}

/** Whether messages that arrive have to be held against rules. */
export async function setHasRules(tx: Tx, accountId: number, hasRules: boolean): Promise<void> {
  await tx.run(sql`UPDATE account SET has_rules = ${hasRules ? 1 : 0} WHERE id = ${accountId}`);
}

function readRule(row: Row): StoredRule {
  return { id: int(row, "id"), sortOrder: int(row, "sort_order"), what: text(row, "what") };
}

import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** An address to send as. */
export interface StoredIdentity {
  accountId: number;
  id: number;
  /** In lower case. */
  email: string;
  /** JSON of what else it is. */
  fields: string;
}

export async function listIdentities(db: Db, accountId: number): Promise<StoredIdentity[]> {
  const rows = await db.all(sql`SELECT * FROM identity WHERE account_id = ${accountId} ORDER BY id`);
  return rows.map(readIdentity);
}

/** Whether the account sends as this address, which is not its own. */
export async function hasIdentity(db: Db, accountId: number, email: string): Promise<boolean> {
  const row = await db.get(sql`
    SELECT id FROM identity WHERE account_id = ${accountId} AND email = ${email} LIMIT 1`);
  return row !== undefined;
}

/** Writes it over the one that is there. */
export async function saveIdentity(tx: Tx, identity: StoredIdentity): Promise<void> {
  await tx.run(sql`
    INSERT INTO identity (account_id, id, email, fields)
    VALUES (${identity.accountId}, ${identity.id}, ${identity.email}, ${identity.fields})
    ON CONFLICT (account_id, id) DO UPDATE SET fields = excluded.fields`);
}

export async function deleteIdentity(tx: Tx, accountId: number, id: number): Promise<void> {
  await tx.run(sql`DELETE FROM identity WHERE account_id = ${accountId} AND id = ${id}`);
}

function readIdentity(row: Row): StoredIdentity {
  return {
    accountId: int(row, "account_id"),
    id: int(row, "id"),
    email: text(row, "email"),
    fields: text(row, "fields"),
  };
}

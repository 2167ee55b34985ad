import { int, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/** Whom an account that hides its keys shows them to. Addresses are whole, in lower case, without a tag. */

/** Whether this address is named; whether the account hides its keys at all is not asked here. */
export async function isAllowed(db: Db, accountId: number, address: string): Promise<boolean> {
  const row = await db.get(sql`
    SELECT 1 AS found FROM key_consent WHERE account_id = ${accountId} AND address = ${address}`);
  return row !== undefined;
}

/** All that are named, in order. */
export async function listAllowed(db: Db, accountId: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT address FROM key_consent WHERE account_id = ${accountId} ORDER BY address`);
  return rows.map((row) => text(row, "address"));
}

export async function countAllowed(db: Db, accountId: number): Promise<number> {
  const row = await db.get(sql`SELECT count(*) AS n FROM key_consent WHERE account_id = ${accountId}`);
  return row === undefined ? 0 : int(row, "n");
}

/** Who is named already stays so. */
export async function allow(tx: Tx, accountId: number, addresses: readonly string[]): Promise<void> {
  await tx.run(sql`
    INSERT INTO key_consent (account_id, address)
    SELECT CAST(${accountId} AS BIGINT), value FROM json_each(${JSON.stringify(addresses)}) AS named
    WHERE true ON CONFLICT (account_id, address) DO NOTHING`);
}

export async function forbid(tx: Tx, accountId: number, addresses: readonly string[]): Promise<void> {
  await tx.run(sql`
    DELETE FROM key_consent
    WHERE account_id = ${accountId}
      AND address IN (SELECT value FROM json_each(${JSON.stringify(addresses)}) AS named)`);
}

export async function setKeysHidden(tx: Tx, accountId: number, isHidden: boolean): Promise<void> {
  await tx.run(sql`UPDATE account SET keys_hidden = ${isHidden ? 1 : 0} WHERE id = ${accountId}`);
}

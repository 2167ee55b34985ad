/** Links by which a new device signs in: of each sign-in one at most, and each works once. */
import { optionalText, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

export interface StoredDeviceLink {
  accountName: string;
  /** The root secret, which the server cannot read; undefined of an open account. */
  wrapped: string | undefined;
}

/** Puts it in the place of the one that the sign-in has made before. */
export async function putDeviceLink(
  tx: Tx,
  link: { tokenHash: Uint8Array; sessionId: string; wrapped: string | undefined; expiresAt: number },
): Promise<void> {
  await tx.run(sql`DELETE FROM device_link WHERE session_id = ${link.sessionId}`);
  await tx.run(sql`
    INSERT INTO device_link (token_hash, session_id, wrapped, expires_at)
    VALUES (${link.tokenHash}, ${link.sessionId}, ${link.wrapped ?? null}, ${link.expiresAt})`);
}

/** A link that still holds: its time is not over, and the sign-in that has made it still is one. */
export async function findDeviceLink(
  db: Db,
  tokenHash: Uint8Array,
  now: number,
): Promise<StoredDeviceLink | undefined> {
  const row = await db.get(sql`
    SELECT device_link.wrapped, account.name AS account_name
    FROM device_link JOIN session ON session.id = device_link.session_id JOIN account ON account.id = session.account_id
    WHERE device_link.token_hash = ${tokenHash} AND device_link.expires_at > ${now}
      AND session.ended_because IS NULL AND session.expires_at > ${now}`);
  return row && { accountName: text(row, "account_name"), wrapped: optionalText(row, "wrapped") };
}

/** True for exactly one of any number of racing callers. */
export async function deleteDeviceLink(tx: Tx, tokenHash: Uint8Array): Promise<boolean> {
  return (await tx.run(sql`DELETE FROM device_link WHERE token_hash = ${tokenHash}`)) === 1;
}

export async function deleteDeviceLinksOf(tx: Tx, accountId: number): Promise<void> {
  await tx.run(sql`
    DELETE FROM device_link WHERE session_id IN (SELECT id FROM session WHERE account_id = ${accountId})`);
}

export async function deleteExpiredDeviceLinks(tx: Tx, now: number): Promise<number> {
  return tx.run(sql`DELETE FROM device_link WHERE expires_at <= ${now}`);
}

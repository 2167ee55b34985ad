/** Links by which somebody begins anew, one for an account at most, and the secrets of identities that were left by one. */
import { FormerKeysSchema, shape } from "@posthorn/protocol";
import type { Static } from "typebox";
import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** Puts it in the place of the one that the account had before; of two at once the later one stays. */
export async function putResetLink(
  tx: Tx,
  link: { tokenHash: Uint8Array; accountId: number; expiresAt: number },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO reset_link (token_hash, account_id, expires_at)
    VALUES (${link.tokenHash}, ${link.accountId}, ${link.expiresAt})
    ON CONFLICT (account_id) DO UPDATE
    SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`);
}

export interface StoredResetLink {
  accountId: number;
  accountName: string;
  expiresAt: number;
}

/** A link whose time is not over. */
export async function findResetLink(
  db: Db,
  tokenHash: Uint8Array,
  now: number,
): Promise<StoredResetLink | undefined> {
  const row = await db.get(sql`
    SELECT reset_link.account_id, reset_link.expires_at, account.name AS account_name
    FROM reset_link JOIN account ON account.id = reset_link.account_id
    WHERE reset_link.token_hash = ${tokenHash} AND reset_link.expires_at > ${now}`);
  return (
    row && {
      accountId: int(row, "account_id"),
      accountName: text(row, "account_name"),
      expiresAt: int(row, "expires_at"),
    }
  );
}

/** True for exactly one of any number of racing callers. */
export async function deleteResetLink(tx: Tx, tokenHash: Uint8Array): Promise<boolean> {
  return (await tx.run(sql`DELETE FROM reset_link WHERE token_hash = ${tokenHash}`)) === 1;
}

export async function deleteExpiredResetLinks(tx: Tx, now: number): Promise<number> {
  return tx.run(sql`DELETE FROM reset_link WHERE expires_at <= ${now}`);
}

export type StoredFormer = Static<typeof FormerKeysSchema>;

const formerShape = shape(FormerKeysSchema);

/** Keeps what an identity has left whose last statement has this number. */
export async function insertFormer(
  tx: Tx,
  accountId: number,
  { seq, identityKey, recovery, epochs }: StoredFormer & { seq: number },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO former_secret (account_id, seq, identity_key, recovery, epochs)
    VALUES (${accountId}, ${seq}, ${identityKey}, ${recovery}, ${JSON.stringify(epochs)})`);
}

/** The last one first. */
export async function listFormer(db: Db, accountId: number): Promise<StoredFormer[]> {
  const rows = await db.all(
    sql`SELECT * FROM former_secret WHERE account_id = ${accountId} ORDER BY seq DESC`,
  );
  return rows.map(readFormer);
}

function readFormer(row: Row): StoredFormer {
  const value: unknown = {
    identityKey: text(row, "identity_key"),
    recovery: text(row, "recovery"),
    epochs: JSON.parse(text(row, "epochs")),
  };
  if (formerShape.matches(value)) return value;
  throw new TypeError("table former_secret: expected secrets of a former identity");
}

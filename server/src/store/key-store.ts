/** What an account says of its keys, and its secrets, which came here wrapped and leave so. */
import { SignedStatementSchema, shape } from "@posthorn/protocol";
import type { Static } from "typebox";
import { text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

export type StoredStatement = Static<typeof SignedStatementSchema>;

/** The root secret of an account: wrapped by the password, and by the recovery phrase, which `proofKey` is of. */
export interface AccountSecret {
  password: string;
  recovery: string;
  proofKey: string;
}

/** The secret half of an epoch's key. */
export interface EpochSecret {
  keyId: string;
  wrapped: string;
}

const statementShape = shape(SignedStatementSchema);

/** False when the statement's number is taken; nothing is written then. Otherwise its policy is the account's. */
export async function insertStatement(tx: Tx, accountId: number, signed: StoredStatement): Promise<boolean> {
  const { seq, policy } = signed.statement;
  const added = await tx.run(sql`
    INSERT INTO key_statement (account_id, seq, statement) VALUES (${accountId}, ${seq}, ${JSON.stringify(signed)})
    ON CONFLICT (account_id, seq) DO NOTHING`);
  if (added !== 1) return false;
  await tx.run(sql`UPDATE account SET sealed = ${policy === "sealed" ? 1 : 0} WHERE id = ${accountId}`);
  return true;
}

/** All of an account's statements, the first one first; none for an account without keys. */
export async function listStatements(db: Db, accountId: number): Promise<StoredStatement[]> {
  const rows = await db.all(
    sql`SELECT statement FROM key_statement WHERE account_id = ${accountId} ORDER BY seq`,
  );
  return rows.map(readStatement);
}

/** Undefined for an account without keys. */
export async function findNewestStatement(db: Db, accountId: number): Promise<StoredStatement | undefined> {
  const row = await db.get(sql`
    SELECT statement FROM key_statement WHERE account_id = ${accountId} ORDER BY seq DESC LIMIT 1`);
  return row && readStatement(row);
}

/** Writes the wraps of the root secret, over those that are there. */
export async function putSecret(tx: Tx, accountId: number, secret: AccountSecret): Promise<void> {
  await tx.run(sql`
    INSERT INTO account_secret (account_id, password, recovery, proof_key)
    VALUES (${accountId}, ${secret.password}, ${secret.recovery}, ${secret.proofKey})
    ON CONFLICT (account_id) DO UPDATE SET password = excluded.password, recovery = excluded.recovery,
      proof_key = excluded.proof_key`);
}

/** Undefined for an account without keys. */
export async function findSecret(db: Db, accountId: number): Promise<AccountSecret | undefined> {
  const row = await db.get(sql`SELECT * FROM account_secret WHERE account_id = ${accountId}`);
  if (row === undefined) return undefined;
  return {
    password: text(row, "password"),
    recovery: text(row, "recovery"),
    proofKey: text(row, "proof_key"),
  };
}

export async function setPasswordWrap(tx: Tx, accountId: number, wrapped: string): Promise<void> {
  await tx.run(sql`UPDATE account_secret SET password = ${wrapped} WHERE account_id = ${accountId}`);
}

export async function setRecovery(
  tx: Tx,
  accountId: number,
  recovery: { wrapped: string; proofKey: string },
): Promise<void> {
  await tx.run(sql`
    UPDATE account_secret SET recovery = ${recovery.wrapped}, proof_key = ${recovery.proofKey}
    WHERE account_id = ${accountId}`);
}

/** What the recovery phrase of the account of this name is proven by; undefined when it has none, or there is none. */
export async function findProofKey(db: Db, accountName: string): Promise<string | undefined> {
  const row = await db.get(sql`
    SELECT proof_key FROM account_secret JOIN account ON account.id = account_secret.account_id
    WHERE account.name = ${accountName}`);
  return row && text(row, "proof_key");
}

/** Adds the secrets of epochs that the account did not have before. */
export async function insertEpochSecrets(
  tx: Tx,
  accountId: number,
  secrets: readonly EpochSecret[],
): Promise<void> {
  await Promise.all(
    secrets.map(({ keyId, wrapped }) =>
      tx.run(sql`
        INSERT INTO epoch_secret (account_id, key_id, wrapped) VALUES (${accountId}, ${keyId}, ${wrapped})`),
    ),
  );
}

/** Writes the secrets of epochs, over those that are there. */
export async function putEpochSecrets(
  tx: Tx,
  accountId: number,
  secrets: readonly EpochSecret[],
): Promise<void> {
  await Promise.all(
    secrets.map(({ keyId, wrapped }) =>
      tx.run(sql`
        INSERT INTO epoch_secret (account_id, key_id, wrapped) VALUES (${accountId}, ${keyId}, ${wrapped})
        ON CONFLICT (account_id, key_id) DO UPDATE SET wrapped = excluded.wrapped`),
    ),
  );
}

/** The secrets of all epochs that the account's keys open, by key id. */
export async function listEpochSecrets(db: Db, accountId: number): Promise<EpochSecret[]> {
  const rows = await db.all(sql`
    SELECT key_id, wrapped FROM epoch_secret WHERE account_id = ${accountId} ORDER BY key_id`);
  return rows.map((row) => ({ keyId: text(row, "key_id"), wrapped: text(row, "wrapped") }));
}

/** Puts these in the place of all that are there. */
export async function replaceEpochSecrets(
  tx: Tx,
  accountId: number,
  secrets: readonly EpochSecret[],
): Promise<void> {
  await tx.run(sql`DELETE FROM epoch_secret WHERE account_id = ${accountId}`);
  await insertEpochSecrets(tx, accountId, secrets);
}

function readStatement(row: Row): StoredStatement {
  const value: unknown = JSON.parse(text(row, "statement"));
  if (statementShape.matches(value)) return value;
  throw new TypeError("column statement: expected a signed statement");
}

import { deleteExpiredDeviceLinks } from "./device-link-store.ts";
import { deleteExpiredResetLinks } from "./reset-store.ts";
import { bytes, int, optionalInt, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** The rows of who may come in: invitations, passwords' records, half-done logins, sessions and API tokens. */

export interface StoredInvite {
  id: string;
  /** The one name it may be used for; undefined lets the invited person choose. */
  accountName: string | undefined;
  /** What the account may hold; undefined for the server's usual. */
  quotaBytes: number | undefined;
  /** The account that it makes is an operator's. */
  isOperator: boolean;
  createdAt: number;
  expiresAt: number;
  usedAt: number | undefined;
  usedByName: string | undefined;
}

export interface StoredSession {
  id: string;
  accountId: number;
  device: string | undefined;
  scopes: string;
  familyHash: Uint8Array;
  refreshHash: Uint8Array;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
  endedBecause: string | undefined;
}

export interface NewStoredSession extends Omit<StoredSession, "endedBecause"> {
  networkHash: Uint8Array;
}

export interface StoredApiToken {
  id: string;
  accountId: number;
  name: string;
  scopes: string;
  secretHash: Uint8Array;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | undefined;
}

/** Whose credential it is: what `authenticate` must know of an account beside the credential itself. */
export interface Owner {
  accountName: string;
  suspendedAt: number | undefined;
  isOperator: boolean;
  /** When the account is erased, whose owner has closed it. */
  eraseAt: number | undefined;
}

export async function insertInvite(
  tx: Tx,
  invite: Omit<StoredInvite, "usedAt" | "usedByName"> & { tokenHash: Uint8Array },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO invite (id, token_hash, account_name, quota_bytes, is_operator, created_at, expires_at, used_at, used_by)
    VALUES (${invite.id}, ${invite.tokenHash}, ${invite.accountName ?? null}, ${invite.quotaBytes ?? null},
      ${invite.isOperator ? 1 : 0}, ${invite.createdAt}, ${invite.expiresAt}, NULL, NULL)`);
}

export async function findInvite(db: Db, tokenHash: Uint8Array): Promise<StoredInvite | undefined> {
  const row = await db.get(sql`
    SELECT invite.*, account.name AS used_by_name FROM invite LEFT JOIN account ON account.id = invite.used_by
    WHERE token_hash = ${tokenHash}`);
  return row && readInvite(row);
}

export async function selectInvites(db: Db, limit: number): Promise<StoredInvite[]> {
  const rows = await db.all(sql`
    SELECT invite.*, account.name AS used_by_name FROM invite LEFT JOIN account ON account.id = invite.used_by
    ORDER BY invite.created_at DESC, invite.id LIMIT ${limit}`);
  return rows.map(readInvite);
}

export async function findInviteById(db: Db, id: string): Promise<StoredInvite | undefined> {
  const row = await db.get(sql`
    SELECT invite.*, account.name AS used_by_name FROM invite LEFT JOIN account ON account.id = invite.used_by
    WHERE invite.id = ${id}`);
  return row && readInvite(row);
}

/** True when there was such an invitation and nobody had used it. */
export async function deleteUnusedInvite(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(sql`DELETE FROM invite WHERE id = ${id} AND used_at IS NULL`)) === 1;
}

/** True for exactly one of any number of racing callers. */
export async function spendInvite(tx: Tx, tokenHash: Uint8Array, now: number): Promise<boolean> {
  const changed = await tx.run(sql`
    UPDATE invite SET used_at = ${now}
    WHERE token_hash = ${tokenHash} AND used_at IS NULL AND expires_at > ${now}`);
  return changed === 1;
}

export async function setInviteUser(tx: Tx, tokenHash: Uint8Array, accountId: number): Promise<void> {
  await tx.run(sql`UPDATE invite SET used_by = ${accountId} WHERE token_hash = ${tokenHash}`);
}

export async function insertPasswordRecord(
  tx: Tx,
  password: { accountId: number; record: string; createdAt: number },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO password_record (account_id, record, created_at)
    VALUES (${password.accountId}, ${password.record}, ${password.createdAt})`);
}

export async function replacePasswordRecord(
  tx: Tx,
  password: { accountId: number; record: string; createdAt: number },
): Promise<void> {
  await tx.run(sql`
    UPDATE password_record SET record = ${password.record}, created_at = ${password.createdAt}
    WHERE account_id = ${password.accountId}`);
}

export async function findPasswordRecord(db: Db, accountName: string): Promise<string | undefined> {
  const row = await db.get(sql`
    SELECT record FROM password_record JOIN account ON account.id = password_record.account_id
    WHERE account.name = ${accountName}`);
  return row && text(row, "record");
}

/** True for an account that has no keys; false for one that has, and where there is none. */
export async function isOpenAccount(db: Db, accountName: string): Promise<boolean> {
  const row = await db.get(sql`
    SELECT id FROM account WHERE name = ${accountName}
      AND NOT EXISTS (SELECT seq FROM key_statement WHERE account_id = account.id)`);
  return row !== undefined;
}

/** `state` holds what proves a password, so it comes here sealed. */
export async function insertLoginState(
  tx: Tx,
  login: { idHash: Uint8Array; accountName: string; state: Uint8Array; createdAt: number; expiresAt: number },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO login_state (id_hash, account_name, state, created_at, expires_at)
    VALUES (${login.idHash}, ${login.accountName}, ${login.state}, ${login.createdAt}, ${login.expiresAt})`);
}

export async function deleteExpiredLogins(tx: Tx, now: number): Promise<number> {
  return tx.run(sql`DELETE FROM login_state WHERE expires_at <= ${now}`);
}

/** Keeps a name's newest `keep` half-done logins, so that nobody fills the table. */
export async function trimLoginStates(tx: Tx, accountName: string, keep: number): Promise<void> {
  await tx.run(sql`
    DELETE FROM login_state WHERE account_name = ${accountName} AND id_hash NOT IN (
      SELECT id_hash FROM login_state WHERE account_name = ${accountName}
      ORDER BY created_at DESC, id_hash LIMIT ${keep})`);
}

/** Hands a half-done login out once: a second caller gets undefined. Expired ones are not handed out. */
export async function takeLoginState(
  tx: Tx,
  idHash: Uint8Array,
  now: number,
): Promise<{ accountName: string; state: Uint8Array } | undefined> {
  const row = await tx.get(sql`SELECT * FROM login_state WHERE id_hash = ${idHash}`);
  if (row === undefined) return undefined;
  const taken = await tx.run(sql`DELETE FROM login_state WHERE id_hash = ${idHash}`);
  if (taken !== 1 || int(row, "expires_at") <= now) return undefined;
  return { accountName: text(row, "account_name"), state: bytes(row, "state") };
}

export async function insertSession(tx: Tx, session: NewStoredSession): Promise<void> {
  await tx.run(sql`
    INSERT INTO session (id, account_id, device, network_hash, scopes, family_hash, refresh_hash, created_at,
      last_used_at, expires_at, ended_because)
    VALUES (${session.id}, ${session.accountId}, ${session.device ?? null}, ${session.networkHash}, ${session.scopes},
      ${session.familyHash}, ${session.refreshHash}, ${session.createdAt}, ${session.lastUsedAt}, ${session.expiresAt},
      NULL)`);
}

/** True when there is a sign-in to the account that came from this network, ended or not, and is not over by its time. */
export async function isSignedInFrom(
  db: Db,
  accountName: string,
  networkHash: Uint8Array,
  now: number,
): Promise<boolean> {
  const row = await db.get(sql`
    SELECT 1 AS found FROM account JOIN session ON session.account_id = account.id
    WHERE account.name = ${accountName} AND session.network_hash = ${networkHash} AND session.expires_at > ${now}
    LIMIT 1`);
  return row !== undefined;
}

export async function findSession(db: Db, id: string): Promise<(StoredSession & Owner) | undefined> {
  const row = await db.get(sql`
    SELECT session.*, account.name AS account_name, account.suspended_at, account.is_operator, account.erase_at
    FROM session JOIN account ON account.id = session.account_id WHERE session.id = ${id}`);
  return row && { ...readSession(row), ...readOwner(row) };
}

/** Sessions that still live, newest first. */
export async function selectSessions(db: Db, accountId: number, now: number): Promise<StoredSession[]> {
  const rows = await db.all(sql`
    SELECT * FROM session WHERE account_id = ${accountId} AND ended_because IS NULL AND expires_at > ${now}
    ORDER BY created_at DESC, id`);
  return rows.map(readSession);
}

/** Puts a new refresh token in the place of the old; false when the old one is no longer the newest. */
export async function rotateRefresh(
  tx: Tx,
  turn: { id: string; oldHash: Uint8Array; newHash: Uint8Array; now: number; expiresAt: number },
): Promise<boolean> {
  const changed = await tx.run(sql`
    UPDATE session SET refresh_hash = ${turn.newHash}, last_used_at = ${turn.now}, expires_at = ${turn.expiresAt}
    WHERE id = ${turn.id} AND refresh_hash = ${turn.oldHash} AND ended_because IS NULL`);
  return changed === 1;
}

/** Ends one session of an account; false when there is none that lives. The first reason stays. */
export async function endSession(tx: Tx, accountId: number, id: string, because: string): Promise<boolean> {
  const changed = await tx.run(sql`
    UPDATE session SET ended_because = ${because}
    WHERE id = ${id} AND account_id = ${accountId} AND ended_because IS NULL`);
  return changed === 1;
}

/** Ends all of an account's sessions but one. */
export async function endSessionsBut(
  tx: Tx,
  accountId: number,
  keptId: string,
  because: string,
): Promise<void> {
  await tx.run(sql`
    UPDATE session SET ended_because = ${because}
    WHERE account_id = ${accountId} AND id <> ${keptId} AND ended_because IS NULL`);
}

/** Ends all of an account's sessions but the `keep` last used ones; how many ended. */
export async function trimSessions(
  tx: Tx,
  accountId: number,
  keep: number,
  because: string,
): Promise<number> {
  return tx.run(sql`
    UPDATE session SET ended_because = ${because}
    WHERE account_id = ${accountId} AND ended_because IS NULL AND id NOT IN (
      SELECT id FROM session WHERE account_id = ${accountId} AND ended_because IS NULL
      ORDER BY last_used_at DESC, id LIMIT ${keep})`);
}

/** Forgets all of an account's ended sessions but the `keep` last used ones. */
export async function deleteEndedSessions(tx: Tx, accountId: number, keep: number): Promise<void> {
  await tx.run(sql`
    DELETE FROM session
    WHERE account_id = ${accountId} AND ended_because IS NOT NULL AND id NOT IN (
      SELECT id FROM session WHERE account_id = ${accountId} AND ended_because IS NOT NULL
      ORDER BY last_used_at DESC, id LIMIT ${keep})`);
}

export async function insertApiToken(tx: Tx, token: Omit<StoredApiToken, "lastUsedAt">): Promise<void> {
  await tx.run(sql`
    INSERT INTO api_token (id, account_id, name, scopes, secret_hash, created_at, expires_at, last_used_at)
    VALUES (${token.id}, ${token.accountId}, ${token.name}, ${token.scopes}, ${token.secretHash}, ${token.createdAt},
      ${token.expiresAt}, NULL)`);
}

export async function findApiToken(db: Db, id: string): Promise<(StoredApiToken & Owner) | undefined> {
  const row = await db.get(sql`
    SELECT api_token.*, account.name AS account_name, account.suspended_at, account.is_operator, account.erase_at
    FROM api_token JOIN account ON account.id = api_token.account_id WHERE api_token.id = ${id}`);
  return row && { ...readApiToken(row), ...readOwner(row) };
}

export async function selectApiTokens(db: Db, accountId: number): Promise<StoredApiToken[]> {
  const rows = await db.all(sql`
    SELECT * FROM api_token WHERE account_id = ${accountId} ORDER BY created_at DESC, id`);
  return rows.map(readApiToken);
}

export async function countApiTokens(db: Db, accountId: number): Promise<number> {
  const row = await db.get(sql`SELECT count(*) AS n FROM api_token WHERE account_id = ${accountId}`);
  return row === undefined ? 0 : int(row, "n");
}

export async function setApiTokenUsed(tx: Tx, id: string, now: number): Promise<void> {
  await tx.run(sql`UPDATE api_token SET last_used_at = ${now} WHERE id = ${id}`);
}

export async function deleteApiToken(tx: Tx, accountId: number, id: string): Promise<boolean> {
  return (await tx.run(sql`DELETE FROM api_token WHERE id = ${id} AND account_id = ${accountId}`)) === 1;
}

/** Revokes all tokens of the account's programs. */
export async function deleteApiTokens(tx: Tx, accountId: number): Promise<void> {
  await tx.run(sql`DELETE FROM api_token WHERE account_id = ${accountId}`);
}

/** Removes what has expired; the number of rows removed. An invitation is kept a while longer, so it can be explained. */
export async function deleteExpired(tx: Tx, now: number, inviteKeepMs: number): Promise<number> {
  const logins = await deleteExpiredLogins(tx, now);
  const links = await deleteExpiredDeviceLinks(tx, now);
  const resets = await deleteExpiredResetLinks(tx, now);
  const invites = await tx.run(sql`DELETE FROM invite WHERE expires_at <= ${now - inviteKeepMs}`);
  const sessions = await tx.run(sql`DELETE FROM session WHERE expires_at <= ${now}`);
  const tokens = await tx.run(sql`DELETE FROM api_token WHERE expires_at <= ${now}`);
  return logins + links + resets + invites + sessions + tokens;
}

function readInvite(row: Row): StoredInvite {
  return {
    id: text(row, "id"),
    accountName: optionalText(row, "account_name"),
    quotaBytes: optionalInt(row, "quota_bytes"),
    isOperator: int(row, "is_operator") === 1,
    createdAt: int(row, "created_at"),
    expiresAt: int(row, "expires_at"),
    usedAt: optionalInt(row, "used_at"),
    usedByName: optionalText(row, "used_by_name"),
  };
}

function readOwner(row: Row): Owner {
  return {
    accountName: text(row, "account_name"),
    suspendedAt: optionalInt(row, "suspended_at"),
    isOperator: int(row, "is_operator") === 1,
    eraseAt: optionalInt(row, "erase_at"),
  };
}

function readSession(row: Row): StoredSession {
  return {
    id: text(row, "id"),
    accountId: int(row, "account_id"),
    device: optionalText(row, "device"),
    scopes: text(row, "scopes"),
    familyHash: bytes(row, "family_hash"),
    refreshHash: bytes(row, "refresh_hash"),
    createdAt: int(row, "created_at"),
    lastUsedAt: int(row, "last_used_at"),
    expiresAt: int(row, "expires_at"),
    endedBecause: optionalText(row, "ended_because"),
  };
}

function readApiToken(row: Row): StoredApiToken {
  return {
    id: text(row, "id"),
    accountId: int(row, "account_id"),
    name: text(row, "name"),
    scopes: text(row, "scopes"),
    secretHash: bytes(row, "secret_hash"),
    createdAt: int(row, "created_at"),
    expiresAt: int(row, "expires_at"),
    lastUsedAt: optionalInt(row, "last_used_at"),
  };
}

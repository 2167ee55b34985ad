import { appendChange } from "./change-store.ts";
import { enterEpoch } from "./epoch-store.ts";
import { int, optionalInt, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

export interface Account {
  id: number;
  name: string;
  createdAt: number;
  usedBytes: number;
  quotaBytes: number;
  suspendedAt: number | undefined;
  /** What arrives in the open is sealed to the account's keys: the policy of its newest statement. */
  isSealed: boolean;
  /** The account shows its keys to those only whom its owner has named. */
  keysHidden: boolean;
  /** There may be messages that come back by themselves. */
  hasSnoozed: boolean;
  /** How many messages say that their conversation is muted. */
  muted: number;
  /** Mail of people whom the account does not know waits until its owner has said whether to take it. */
  screens: boolean;
  hasRules: boolean;
  /** Whoever signs in to it may do what the operator does. */
  isOperator: boolean;
  /** When everything of it is erased; undefined when its owner has not closed it. */
  eraseAt: number | undefined;
}

export async function insertAccount(
  tx: Tx,
  account: { id: number; name: string; createdAt: number; quotaBytes: number },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO account (id, name, created_at, state, used_bytes, quota_bytes, suspended_at)
    VALUES (${account.id}, ${account.name}, ${account.createdAt}, 0, 0, ${account.quotaBytes}, NULL)`);
}

export async function findAccountByName(db: Db, name: string): Promise<Account | undefined> {
  const row = await db.get(sql`SELECT * FROM account WHERE name = ${name}`);
  return row && readAccount(row);
}

export async function findAccount(db: Db, id: number): Promise<Account | undefined> {
  const row = await db.get(sql`SELECT * FROM account WHERE id = ${id}`);
  return row && readAccount(row);
}

/** Those of these accounts that what arrives in the open is sealed for; none that is suspended or closing, for which nothing arrives. */
export async function listSealedAccounts(db: Db, names: readonly string[]): Promise<Account[]> {
  const rows = await db.all(sql`
    SELECT * FROM account
    WHERE sealed = 1 AND suspended_at IS NULL AND erase_at IS NULL
      AND name IN (SELECT value FROM json_each(${JSON.stringify(names)}) AS named)`);
  return rows.map(readAccount);
}

/**
 * Makes other writers of these accounts wait until the transaction ends. Who writes to several accounts begins with
 * this: all take them in one order, so no two wait for each other. The embedded store has one writer anyway.
 */
export async function lockAccounts(tx: Tx, names: readonly string[]): Promise<void> {
  if (tx.dialect === "sqlite") return;
  await tx.all(sql`
    SELECT id FROM account WHERE name IN (SELECT value FROM json_each(${JSON.stringify(names)}) AS named)
    ORDER BY id FOR UPDATE`);
}

/** The same by their ids. */
export async function lockAccountsById(tx: Tx, ids: readonly number[]): Promise<void> {
  if (tx.dialect === "sqlite" || ids.length === 0) return;
  await tx.all(sql`
    SELECT id FROM account
    WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS wanted)
    ORDER BY id FOR UPDATE`);
}

/** Accounts by name, `limit` of those after `after`. */
export async function listAccounts(db: Db, after: string, limit: number): Promise<Account[]> {
  const rows = await db.all(sql`SELECT * FROM account WHERE name > ${after} ORDER BY name LIMIT ${limit}`);
  return rows.map(readAccount);
}

export async function countAccounts(
  db: Db,
): Promise<{ accounts: number; messages: number; storedBytes: number }> {
  const row = await db.get(sql`
    SELECT (SELECT count(*) FROM account) AS accounts,
      (SELECT coalesce(sum(total), 0) FROM mailbox) AS messages,
      (SELECT coalesce(sum(used_bytes), 0) FROM account) AS bytes`);
  if (row === undefined) return { accounts: 0, messages: 0, storedBytes: 0 };
  return { accounts: int(row, "accounts"), messages: int(row, "messages"), storedBytes: int(row, "bytes") };
}

export async function hasAccounts(db: Db): Promise<boolean> {
  return (await db.get(sql`SELECT id FROM account LIMIT 1`)) !== undefined;
}

export async function setSuspended(tx: Tx, name: string, suspendedAt: number | null): Promise<boolean> {
  return (await tx.run(sql`UPDATE account SET suspended_at = ${suspendedAt} WHERE name = ${name}`)) === 1;
}

export async function setOperator(tx: Tx, name: string, isOperator: boolean): Promise<void> {
  await tx.run(sql`UPDATE account SET is_operator = ${isOperator ? 1 : 0} WHERE name = ${name}`);
}

/** False when there is no such account. Its clients hear of it. */
export async function setQuota(tx: Tx, name: string, quotaBytes: number): Promise<boolean> {
  const row = await tx.get(
    sql`UPDATE account SET quota_bytes = ${quotaBytes} WHERE name = ${name} RETURNING id`,
  );
  if (row === undefined) return false;
  const accountId = int(row, "id");
  const state = await takeStates(tx, accountId, 1);
  await appendChange(tx, accountId, { type: "Quota", state, objectId: 0, change: "updated" });
  return true;
}

/**
 * Takes the account's next state, and room for `addedBytes`, when its quota leaves `neededBytes`: as many, unless what is
 * added is not to be held against it. Undefined when the account is full; nothing of it has changed then. Every write to an
 * account's objects begins here, so its row orders its writers, and its states have no gaps but those between two epochs.
 */
export async function advanceState(
  tx: Tx,
  accountId: number,
  addedBytes: number,
  neededBytes = addedBytes,
): Promise<number | undefined> {
  const advance = () =>
    tx.get(sql`
    UPDATE account SET state = state + 1, used_bytes = used_bytes + ${addedBytes}
    WHERE id = ${accountId} AND epoch >= ${tx.epoch.number}
      AND (CAST(${neededBytes} AS BIGINT) <= 0 OR used_bytes + ${neededBytes} <= quota_bytes)
    RETURNING state`);
  const row = (await advance()) ?? ((await enterEpoch(tx, accountId)) ? await advance() : undefined);
  return row && int(row, "state");
}

/** Takes so many of the account's next states, for what is no object of its own; the last of them. */
export async function takeStates(tx: Tx, accountId: number, count: number): Promise<number> {
  const take = () =>
    tx.get(sql`
    UPDATE account SET state = state + ${count}
    WHERE id = ${accountId} AND epoch >= ${tx.epoch.number} RETURNING state`);
  const row = (await take()) ?? ((await enterEpoch(tx, accountId)) ? await take() : undefined);
  if (row === undefined) throw new Error("what changes has no account");
  return int(row, "state");
}

/**
 * Makes other writers of the account wait until the transaction ends, so that what is read of it stays as it is. False
 * when there is no such account. The embedded store has one writer anyway.
 */
export async function lockAccount(tx: Tx, accountId: number): Promise<boolean> {
  const row =
    tx.dialect === "sqlite"
      ? await tx.get(sql`SELECT id FROM account WHERE id = ${accountId}`)
      : await tx.get(sql`SELECT id FROM account WHERE id = ${accountId} FOR UPDATE`);
  return row !== undefined;
}

/** Takes room for `bytes`, or gives it back when they are below zero; false when the account is full, and nothing has changed then. */
export async function takeRoom(tx: Tx, accountId: number, bytes: number): Promise<boolean> {
  const taken = await tx.run(sql`
    UPDATE account SET used_bytes = used_bytes + ${bytes}
    WHERE id = ${accountId} AND (CAST(${bytes} AS BIGINT) <= 0 OR used_bytes + ${bytes} <= quota_bytes)`);
  return taken === 1;
}

export async function getAccountState(db: Db, accountId: number): Promise<number> {
  const row = await db.get(sql`SELECT state FROM account WHERE id = ${accountId}`);
  return row === undefined ? 0 : int(row, "state");
}

/** The states of those of these accounts that there are. */
export async function listAccountStates(
  db: Db,
  accountIds: readonly number[],
): Promise<{ accountId: number; state: number }[]> {
  const rows = await db.all(sql`
    SELECT id, state FROM account
    WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(accountIds)}) AS named)`);
  return rows.map((row) => ({ accountId: int(row, "id"), state: int(row, "state") }));
}

function readAccount(row: Row): Account {
  return {
    id: int(row, "id"),
    name: text(row, "name"),
    createdAt: int(row, "created_at"),
    usedBytes: int(row, "used_bytes"),
    quotaBytes: int(row, "quota_bytes"),
    suspendedAt: optionalInt(row, "suspended_at"),
    isSealed: int(row, "sealed") === 1,
    keysHidden: int(row, "keys_hidden") === 1,
    hasSnoozed: int(row, "has_snoozed") === 1,
    muted: int(row, "muted"),
    screens: int(row, "screens") === 1,
    hasRules: int(row, "has_rules") === 1,
    isOperator: int(row, "is_operator") === 1,
    eraseAt: optionalInt(row, "erase_at"),
  };
}

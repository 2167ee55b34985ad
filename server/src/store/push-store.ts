import { bytes, int, optionalInt, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** Where a client wants to be told of its account's changes (RFC 8620 §7.2). */
export interface PushSubscription {
  id: string;
  accountId: number;
  credentialId: string;
  deviceClientId: string;
  url: string;
  /** What is sent there is encrypted to these. */
  keys: { p256dh: Uint8Array; auth: Uint8Array } | undefined;
  /** Undefined for all types. */
  types: readonly string[] | undefined;
  verificationCode: string;
  createdAt: number;
  verifiedAt: number | undefined;
  expiresAt: number;
  /** The state of the account that it was told last. */
  pushedState: number;
  /** Nothing goes there before; undefined when nothing is to go. */
  dueAt: number | undefined;
  /** How often in a row it did not work. */
  failures: number;
}

export async function insertPushSubscription(tx: Tx, made: PushSubscription): Promise<void> {
  await tx.run(sql`
    INSERT INTO push_subscription (id, account_id, credential_id, device_client_id, url, p256dh, auth, types,
      verification_code, created_at, verified_at, expires_at, pushed_state, due_at, failures)
    VALUES (${made.id}, ${made.accountId}, ${made.credentialId}, ${made.deviceClientId}, ${made.url},
      ${made.keys?.p256dh ?? null}, ${made.keys?.auth ?? null}, ${formatTypes(made.types)}, ${made.verificationCode},
      ${made.createdAt}, ${made.verifiedAt ?? null}, ${made.expiresAt}, ${made.pushedState}, ${made.dueAt ?? null},
      ${made.failures})`);
}

export async function findPushSubscription(db: Db, id: string): Promise<PushSubscription | undefined> {
  const row = await db.get(sql`SELECT * FROM push_subscription WHERE id = ${id}`);
  return row && readSubscription(row);
}

export async function listPushSubscriptions(db: Db, credentialId: string): Promise<PushSubscription[]> {
  const rows = await db.all(sql`
    SELECT * FROM push_subscription WHERE credential_id = ${credentialId} ORDER BY created_at, id`);
  return rows.map(readSubscription);
}

export async function countPushSubscriptions(db: Db, accountId: number): Promise<number> {
  const row = await db.get(sql`SELECT count(*) AS n FROM push_subscription WHERE account_id = ${accountId}`);
  return row === undefined ? 0 : int(row, "n");
}

/** The subscriptions that hear of an account's changes. */
export async function listPushIds(db: Db, accountId: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT id FROM push_subscription WHERE account_id = ${accountId} AND verified_at IS NOT NULL`);
  return rows.map((row) => text(row, "id"));
}

/** Accounts that have subscriptions. */
export async function listPushAccounts(db: Db): Promise<number[]> {
  const rows = await db.all(sql`SELECT DISTINCT account_id FROM push_subscription`);
  return rows.map((row) => int(row, "account_id"));
}

/**
 * Those for which something is to be sent by `dueBy`, a code or what has changed since: by id, `limit` of those after
 * `after`.
 */
export async function listPushDue(
  db: Db,
  asked: { now: number; dueBy: number; after: string; limit: number },
): Promise<{ id: string; accountId: number }[]> {
  const rows = await db.all(sql`
    SELECT push_subscription.id, account_id FROM push_subscription JOIN account ON account.id = account_id
    WHERE push_subscription.id > ${asked.after} AND due_at <= ${asked.dueBy} AND expires_at > ${asked.now}
      AND (verified_at IS NULL OR account.state > pushed_state)
    ORDER BY push_subscription.id LIMIT ${asked.limit}`);
  return rows.map((row) => ({ id: text(row, "id"), accountId: int(row, "account_id") }));
}

/** Takes the right to send until `until`; false when another has it, or nothing is to be sent. */
export async function claimPush(tx: Tx, id: string, now: number, until: number): Promise<boolean> {
  const claimed = await tx.run(sql`
    UPDATE push_subscription SET due_at = ${until} WHERE id = ${id} AND due_at <= ${now}`);
  return claimed === 1;
}

/** What came of sending the code. Nothing, when the client has sent it back meanwhile. */
export async function settleVerification(
  tx: Tx,
  id: string,
  outcome: { dueAt: number | undefined; failures: number },
): Promise<void> {
  await tx.run(sql`
    UPDATE push_subscription SET due_at = ${outcome.dueAt ?? null}, failures = ${outcome.failures}
    WHERE id = ${id} AND verified_at IS NULL`);
}

/** What came of telling changes. */
export async function settlePush(
  tx: Tx,
  id: string,
  outcome: { pushedState: number; dueAt: number; failures: number },
): Promise<void> {
  await tx.run(sql`
    UPDATE push_subscription
    SET pushed_state = ${outcome.pushedState}, due_at = ${outcome.dueAt}, failures = ${outcome.failures}
    WHERE id = ${id}`);
}

/** Nothing up to this state is to be told any more. */
export async function setPushedState(tx: Tx, id: string, pushedState: number): Promise<void> {
  await tx.run(sql`
    UPDATE push_subscription SET pushed_state = ${pushedState}
    WHERE id = ${id} AND pushed_state < ${pushedState}`);
}

/** The code has come back: what has changed since the subscription was made may be told. */
export async function setVerified(tx: Tx, id: string, now: number): Promise<void> {
  await tx.run(sql`
    UPDATE push_subscription SET verified_at = ${now}, due_at = ${now}, failures = 0
    WHERE id = ${id} AND verified_at IS NULL`);
}

export async function setPushTerms(
  tx: Tx,
  id: string,
  terms: Pick<PushSubscription, "expiresAt" | "types">,
): Promise<void> {
  await tx.run(sql`
    UPDATE push_subscription SET expires_at = ${terms.expiresAt}, types = ${formatTypes(terms.types)}
    WHERE id = ${id}`);
}

export async function deletePushSubscription(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`DELETE FROM push_subscription WHERE id = ${id}`);
}

/** Removes those whose time is over, and those whose code did not come back by `unverifiedBefore`. */
export async function deleteExpiredPush(tx: Tx, now: number, unverifiedBefore: number): Promise<void> {
  await tx.run(sql`
    DELETE FROM push_subscription
    WHERE expires_at <= ${now} OR (verified_at IS NULL AND created_at <= ${unverifiedBefore})`);
}

/** The credentials that have made subscriptions, `limit` of those after `after`. */
export async function listPushCredentials(db: Db, after: string, limit: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT DISTINCT credential_id FROM push_subscription
    WHERE credential_id > ${after} ORDER BY credential_id LIMIT ${limit}`);
  return rows.map((row) => text(row, "credential_id"));
}

export async function deletePushOfCredentials(tx: Tx, credentialIds: readonly string[]): Promise<void> {
  await tx.run(sql`
    DELETE FROM push_subscription
    WHERE credential_id IN (SELECT value FROM json_each(${JSON.stringify(credentialIds)}) AS named)`);
}

function formatTypes(types: readonly string[] | undefined): string | null {
  return types === undefined ? null : types.join(",");
}

function readSubscription(row: Row): PushSubscription {
  const types = optionalText(row, "types");
  return {
    id: text(row, "id"),
    accountId: int(row, "account_id"),
    credentialId: text(row, "credential_id"),
    deviceClientId: text(row, "device_client_id"),
    url: text(row, "url"),
    keys: row.p256dh === null ? undefined : { p256dh: bytes(row, "p256dh"), auth: bytes(row, "auth") },
    types: types?.split(","),
    verificationCode: text(row, "verification_code"),
    createdAt: int(row, "created_at"),
    verifiedAt: optionalInt(row, "verified_at"),
    expiresAt: int(row, "expires_at"),
    pushedState: int(row, "pushed_state"),
    dueAt: optionalInt(row, "due_at"),
    failures: int(row, "failures"),
  };
}

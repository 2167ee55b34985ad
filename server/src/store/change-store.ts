import { takeStates } from "./account-store.ts";
import { int, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";
import { isStateType, type StateType } from "./state-type.ts";

export type ChangeVerb = "created" | "updated" | "destroyed";

export interface Change {
  state: number;
  objectId: number;
  change: ChangeVerb;
  /** The thread of a message that was destroyed. */
  conversation: string | undefined;
}

/**
 * Every write to what is there already appends here in its own transaction, each with a state of its own: the feed
 * cannot miss a write. A new message needs no change of its own, because its id is the state it came with.
 */
export async function appendChange(
  tx: Tx,
  accountId: number,
  change: { type: StateType; state: number; objectId: number; change: ChangeVerb; conversation?: string },
): Promise<void> {
  tx.noteChanged(accountId, change.type);
  if (change.type === "Email" && change.change !== "updated") tx.noteChanged(accountId, "Thread");
  await tx.run(sql`
    INSERT INTO changes (account_id, state, type, object_id, change, conversation)
    VALUES (${accountId}, ${change.state}, ${change.type}, ${change.objectId}, ${change.change},
      ${change.conversation ?? null})`);
}

/** The same for many at once that all have changed alike: of states from `firstState` on, by rising object id. */
export async function appendChanges(
  tx: Tx,
  accountId: number,
  changed: { type: StateType; firstState: number; objectIds: readonly number[]; change: ChangeVerb },
): Promise<void> {
  const { type, firstState, objectIds, change } = changed;
  tx.noteChanged(accountId, type);
  await tx.run(sql`
    INSERT INTO changes (account_id, state, type, object_id, change, conversation)
    SELECT CAST(${accountId} AS BIGINT),
      CAST(${firstState} AS BIGINT) + row_number() OVER (ORDER BY CAST(value AS BIGINT)) - 1, ${type},
      CAST(value AS BIGINT), ${change}, NULL
    FROM json_each(${JSON.stringify(objectIds)}) AS changed`);
}

/** Something of the account itself has changed, which is no object of it: clients hear of it and ask anew. */
export async function noteAccount(tx: Tx, accountId: number): Promise<void> {
  const state = await takeStates(tx, accountId, 1);
  await appendChange(tx, accountId, { type: "Account", state, objectId: 0, change: "updated" });
}

/**
 * What of a type has changed in an account after state `since`, in order. Of a message that has come since then it is
 * told that it came, and nothing else: it is read as it is now, and one that has gone again was never there.
 */
export async function listChanges(
  db: Db,
  accountId: number,
  type: Exclude<StateType, "Thread" | "Quota" | "Account">,
  since: number,
  limit: number,
): Promise<Change[]> {
  const rows =
    type === "Email"
      ? await db.all(sql`
        SELECT * FROM (
          SELECT * FROM (
            SELECT state, object_id, change, conversation FROM changes
            WHERE account_id = ${accountId} AND state > ${since} AND type = 'Email' AND object_id <= ${since}
            ORDER BY state LIMIT ${limit}) AS changed
          UNION ALL
          SELECT * FROM (
            SELECT id AS state, id AS object_id, 'created' AS change, NULL AS conversation FROM object
            WHERE account_id = ${accountId} AND id > ${since} AND kind <> 'gone'
            ORDER BY id LIMIT ${limit}) AS created) AS feed
        ORDER BY state LIMIT ${limit}`)
      : await db.all(sql`
        SELECT state, object_id, change, conversation FROM changes
        WHERE account_id = ${accountId} AND state > ${since} AND type = ${type} ORDER BY state LIMIT ${limit}`);
  return rows.map(readChange);
}

/** Which threads messages have come to or gone from after state `since`, in order; a thread may be told of often. */
export async function listThreadChanges(
  db: Db,
  accountId: number,
  since: number,
  limit: number,
): Promise<{ state: number; conversation: string }[]> {
  const rows = await db.all(sql`
    SELECT state, conversation FROM (
      SELECT * FROM (
        SELECT state, conversation FROM changes
        WHERE account_id = ${accountId} AND state > ${since} AND type = 'Email' AND change = 'destroyed'
          AND object_id <= ${since}
        ORDER BY state LIMIT ${limit}) AS went
      UNION ALL
      SELECT * FROM (
        SELECT id AS state, conversation FROM object
        WHERE account_id = ${accountId} AND id > ${since} AND kind <> 'gone'
        ORDER BY id LIMIT ${limit}) AS came) AS feed
    ORDER BY state LIMIT ${limit}`);
  return rows.map((row) => ({ state: int(row, "state"), conversation: text(row, "conversation") }));
}

/** Those of these threads of which a message has gone after state `since` that was there at that state. */
export async function listLessened(
  db: Db,
  accountId: number,
  conversations: readonly string[],
  since: number,
): Promise<Set<string>> {
  const rows = await db.all(sql`
    SELECT DISTINCT conversation FROM changes
    WHERE account_id = ${accountId} AND state > ${since} AND type = 'Email' AND change = 'destroyed'
      AND object_id <= ${since}
      AND conversation IN (SELECT value FROM json_each(${JSON.stringify(conversations)}) AS wanted)`);
  return new Set(rows.map((row) => text(row, "conversation")));
}

/** The types of which something has changed after state `since`. A message that came or went has changed its thread too. */
export async function typesChangedSince(db: Db, accountId: number, since: number): Promise<Set<StateType>> {
  const changed = await db.all(sql`
    SELECT DISTINCT type, change = 'updated' AS is_update FROM changes
    WHERE account_id = ${accountId} AND state > ${since}`);
  const came = await db.get(
    sql`SELECT id FROM object WHERE account_id = ${accountId} AND id > ${since} LIMIT 1`,
  );
  const sent = await db.get(sql`
    SELECT object_id FROM submission WHERE account_id = ${accountId} AND object_id > ${since} LIMIT 1`);
  const counted = await db.get(sql`
    SELECT id FROM mailbox WHERE account_id = ${accountId} AND changed_state > ${since} LIMIT 1`);
  const types = new Set<StateType>();
  for (const row of changed) {
    const type = readType(text(row, "type"));
    types.add(type);
    if (type === "Email" && !isTrue(row.is_update)) types.add("Thread");
  }
  if (came !== undefined) {
    types.add("Email").add("Thread").add("EmailDelivery");
    if (await isInboxReached(db, accountId, since)) types.add("InboxDelivery");
  }
  if (sent !== undefined) types.add("EmailSubmission");
  if (counted !== undefined) types.add("Mailbox");
  return types;
}

/** Of what has come so much is looked at, the newest of it. */
const mostLooked = 1_000;

/** Whether something that was sent here after state `since` lies in the inbox now, and nobody has read it: what was brought in is old. */
async function isInboxReached(db: Db, accountId: number, since: number): Promise<boolean> {
  const found = await db.get(sql`
    SELECT came.id FROM (
      SELECT id, received_at FROM object
      WHERE account_id = ${accountId} AND id > ${since} AND kind <> 'gone' AND format = 'posthorn'
        AND keywords NOT LIKE '%"$seen"%' AND summary NOT LIKE '%"imported":true%'
      ORDER BY id DESC LIMIT ${mostLooked}) AS came
    JOIN mailbox ON mailbox.account_id = ${accountId} AND mailbox.role = 'inbox'
    JOIN object_mailbox AS place ON place.account_id = ${accountId} AND place.mailbox_id = mailbox.id
      AND place.received_at = came.received_at AND place.object_id = came.id
    LIMIT 1`);
  return found !== undefined;
}

/**
 * Whether all changes after a state are known: the account has come to it in this life of its data (epoch-store.ts), and
 * none of them is forgotten.
 */
export async function isKnownState(db: Db, accountId: number, state: number): Promise<boolean> {
  const row = await db.get(sql`
    SELECT id FROM account WHERE id = ${accountId} AND changes_from <= ${state} AND state >= ${state}
      AND coalesce((
        SELECT first_after FROM state_gap WHERE account_id = ${accountId} AND last_before < ${state}
        ORDER BY last_before DESC LIMIT 1), 0) <= ${state}`);
  return row !== undefined;
}

function readChange(row: Row): Change {
  return {
    state: int(row, "state"),
    objectId: int(row, "object_id"),
    change: readVerb(text(row, "change")),
    conversation: optionalText(row, "conversation"),
  };
}

/** What the dialects make of a comparison. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}

export function readVerb(word: string): ChangeVerb {
  if (word === "created" || word === "updated" || word === "destroyed") return word;
  throw new TypeError(`unknown change ${word}`);
}

function readType(word: string): StateType {
  if (isStateType(word)) return word;
  throw new TypeError(`unknown type of change ${word}`);
}

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

/** What of a type has changed in an account after state `since`, in order. */
export async function listChanges(
  db: Db,
  accountId: number,
  type: Exclude<StateType, "Thread" | "Quota">,
  since: number,
  limit: number,
): Promise<Change[]> {
  const rows =
    type === "Email"
      ? await db.all(sql`
        SELECT * FROM (
          SELECT * FROM (
            SELECT state, object_id, change, conversation FROM changes
            WHERE account_id = ${accountId} AND state > ${since} AND type = 'Email'
            ORDER BY state LIMIT ${limit}) AS changed
          UNION ALL
          SELECT * FROM (
            SELECT id AS state, id AS object_id, 'created' AS change, NULL AS conversation FROM object
            WHERE account_id = ${accountId} AND id > ${since} ORDER BY id LIMIT ${limit}) AS created) AS feed
        ORDER BY state LIMIT ${limit}`)
      : await db.all(sql`
        SELECT state, object_id, change, conversation FROM changes
        WHERE account_id = ${accountId} AND state > ${since} AND type = ${type} ORDER BY state LIMIT ${limit}`);
  return rows.map(readChange);
}

/** The types of which something has changed after state `since`. A message that came or went has changed its thread too. */
export async function typesChangedSince(db: Db, accountId: number, since: number): Promise<Set<StateType>> {
  const changed = await db.all(sql`
    SELECT DISTINCT type, change = 'updated' AS is_update FROM changes
    WHERE account_id = ${accountId} AND state > ${since}`);
  const came = await db.get(
    sql`SELECT id FROM object WHERE account_id = ${accountId} AND id > ${since} LIMIT 1`,
  );
  const counted = await db.get(sql`
    SELECT id FROM mailbox WHERE account_id = ${accountId} AND changed_state > ${since} LIMIT 1`);
  const types = new Set<StateType>();
  for (const row of changed) {
    const type = readType(text(row, "type"));
    types.add(type);
    if (type === "Email" && !isTrue(row.is_update)) types.add("Thread");
  }
  if (came !== undefined) types.add("Email").add("Thread");
  if (counted !== undefined) types.add("Mailbox");
  return types;
}

/** Changes after this state are known; of those before it some may be forgotten. */
export async function oldestKnownState(db: Db, accountId: number): Promise<number> {
  const row = await db.get(sql`SELECT changes_from FROM account WHERE id = ${accountId}`);
  return row === undefined ? 0 : int(row, "changes_from");
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

function readVerb(word: string): ChangeVerb {
  if (word === "created" || word === "updated" || word === "destroyed") return word;
  throw new TypeError(`unknown change ${word}`);
}

function readType(word: string): StateType {
  if (isStateType(word)) return word;
  throw new TypeError(`unknown type of change ${word}`);
}

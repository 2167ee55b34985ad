import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** What is known of a record that only its owner's clients can open, without itself. */
export interface RecordHead {
  id: string;
  revision: number;
  /** Characters of what is sealed. */
  length: number;
  createdState: number;
  changedState: number;
}

export interface StoredRecord extends RecordHead {
  sealed: string;
}

export interface RecordCollection {
  accountId: number;
  collection: string;
}

/** Where a record lies. */
export interface RecordPlace extends RecordCollection {
  id: string;
}

export async function findRecord(db: Db, at: RecordPlace): Promise<StoredRecord | undefined> {
  const row = await db.get(sql`
    SELECT * FROM record
    WHERE account_id = ${at.accountId} AND collection = ${at.collection} AND id = ${at.id}`);
  return row && { ...readHead(row), sealed: text(row, "sealed") };
}

/** Those of these that there are; all of the collection, at most `limit`, when none are named. */
export async function listRecordHeads(
  db: Db,
  { accountId, collection }: RecordCollection,
  ids: readonly string[] | undefined,
  limit: number,
): Promise<RecordHead[]> {
  const rows =
    ids === undefined
      ? await db.all(sql`
          SELECT id, revision, created_state, changed_state, length FROM record
          WHERE account_id = ${accountId} AND collection = ${collection} ORDER BY id LIMIT ${limit}`)
      : await db.all(sql`
          SELECT id, revision, created_state, changed_state, length FROM record
          WHERE account_id = ${accountId} AND collection = ${collection}
            AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}) AS wanted)`);
  return rows.map(readHead);
}

/** What these hold, by id. */
export async function listSealed(
  db: Db,
  { accountId, collection }: RecordCollection,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.all(sql`
    SELECT id, sealed FROM record
    WHERE account_id = ${accountId} AND collection = ${collection}
      AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}) AS wanted)`);
  return new Map(rows.map((row) => [text(row, "id"), text(row, "sealed")]));
}

export interface RecordChange {
  id: string;
  state: number;
  change: "created" | "updated" | "destroyed";
}

/** What of a collection was written last after state `since`, in order, each record once. */
export async function listRecordChanges(
  db: Db,
  { accountId, collection }: RecordCollection,
  since: number,
  limit: number,
): Promise<RecordChange[]> {
  const rows = await db.all(sql`
    SELECT * FROM (
      SELECT * FROM (
        SELECT id, changed_state AS state, CASE WHEN created_state > ${since} THEN 'created' ELSE 'updated' END AS change
        FROM record
        WHERE account_id = ${accountId} AND collection = ${collection} AND changed_state > ${since}
        ORDER BY changed_state LIMIT ${limit}) AS written
      UNION ALL
      SELECT id, state, 'destroyed' AS change FROM record_gone
      WHERE account_id = ${accountId} AND collection = ${collection} AND state > ${since}) AS feed
    ORDER BY state LIMIT ${limit}`);
  return rows.map((row) => ({
    id: text(row, "id"),
    state: int(row, "state"),
    change: readVerb(text(row, "change")),
  }));
}

/** Writes a record, over the one that is there. */
export async function putRecord(
  tx: Tx,
  at: RecordPlace,
  record: { revision: number; sealed: string },
  state: number,
): Promise<void> {
  await tx.run(sql`
    DELETE FROM record_gone WHERE account_id = ${at.accountId} AND collection = ${at.collection} AND id = ${at.id}`);
  await tx.run(sql`
    INSERT INTO record (account_id, collection, id, revision, created_state, changed_state, length, sealed)
    VALUES (${at.accountId}, ${at.collection}, ${at.id}, ${record.revision}, ${state}, ${state},
      ${record.sealed.length}, ${record.sealed})
    ON CONFLICT (account_id, collection, id) DO UPDATE SET revision = excluded.revision,
      changed_state = excluded.changed_state, length = excluded.length, sealed = excluded.sealed`);
}

export async function deleteRecord(tx: Tx, at: RecordPlace, state: number): Promise<void> {
  await tx.run(sql`
    DELETE FROM record WHERE account_id = ${at.accountId} AND collection = ${at.collection} AND id = ${at.id}`);
  await tx.run(sql`
    INSERT INTO record_gone (account_id, collection, id, state)
    VALUES (${at.accountId}, ${at.collection}, ${at.id}, ${state})
    ON CONFLICT (account_id, collection, id) DO UPDATE SET state = excluded.state`);
}

function readHead(row: Row): RecordHead {
  return {
    id: text(row, "id"),
    revision: int(row, "revision"),
    length: int(row, "length"),
    createdState: int(row, "created_state"),
    changedState: int(row, "changed_state"),
  };
}

function readVerb(word: string): RecordChange["change"] {
  if (word === "created" || word === "updated" || word === "destroyed") return word;
  throw new TypeError(`unknown change ${word}`);
}

import { int, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** A record that only its owner's clients can open. */
export interface StoredRecord {
  id: string;
  revision: number;
  sealed: string;
}

/** Where a record lies. */
export interface RecordPlace {
  accountId: number;
  collection: string;
  id: string;
}

export async function findRecord(db: Db, at: RecordPlace): Promise<StoredRecord | undefined> {
  const row = await db.get(sql`
    SELECT id, revision, sealed FROM record
    WHERE account_id = ${at.accountId} AND collection = ${at.collection} AND id = ${at.id}`);
  return row && readRecord(row);
}

/**
 * Records of a collection in the order of their ids, after `after`: at most `limit`, and no more of them once they have
 * `maxLength` characters; so one at least.
 */
export async function listRecords(
  db: Db,
  of: Omit<RecordPlace, "id">,
  page: { after: string; limit: number; maxLength: number },
): Promise<StoredRecord[]> {
  const rows = await db.all(sql`
    SELECT id, revision, sealed FROM (
      SELECT id, revision, sealed, sum(length(sealed)) OVER (ORDER BY id) - length(sealed) AS before FROM record
      WHERE account_id = ${of.accountId} AND collection = ${of.collection} AND id > ${page.after}
      ORDER BY id LIMIT ${page.limit}) AS page
    WHERE before < ${page.maxLength} ORDER BY id`);
  return rows.map(readRecord);
}

/** Writes a record, over the one that is there. */
export async function putRecord(
  tx: Tx,
  at: RecordPlace,
  record: { revision: number; sealed: string },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO record (account_id, collection, id, revision, sealed)
    VALUES (${at.accountId}, ${at.collection}, ${at.id}, ${record.revision}, ${record.sealed})
    ON CONFLICT (account_id, collection, id) DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed`);
}

export async function deleteRecord(tx: Tx, at: RecordPlace): Promise<void> {
  await tx.run(sql`
    DELETE FROM record WHERE account_id = ${at.accountId} AND collection = ${at.collection} AND id = ${at.id}`);
}

function readRecord(row: Row): StoredRecord {
  return { id: text(row, "id"), revision: int(row, "revision"), sealed: text(row, "sealed") };
}

import { int, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

export type ChangeVerb = "created" | "updated" | "destroyed";

export interface Change {
  state: number;
  kind: string;
  objectId: number;
  change: ChangeVerb;
}

/**
 * Every write to an object that is there already appends here in its own transaction: the feed cannot miss a write. A
 * new object needs no change of its own, because its id is the state it came with.
 */
export async function appendChange(
  tx: Tx,
  accountId: number,
  change: Change & { change: Exclude<ChangeVerb, "created"> },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO changes (account_id, state, kind, object_id, change)
    VALUES (${accountId}, ${change.state}, ${change.kind}, ${change.objectId}, ${change.change})`);
}

/** What has changed in an account after state `since`, in order. */
export async function listChanges(
  db: Db,
  accountId: number,
  since: number,
  limit: number,
): Promise<Change[]> {
  const rows = await db.all(sql`
    SELECT * FROM (
      SELECT * FROM (
        SELECT state, kind, object_id, change FROM changes
        WHERE account_id = ${accountId} AND state > ${since} ORDER BY state LIMIT ${limit}) AS changed
      UNION ALL
      SELECT * FROM (
        SELECT id AS state, kind, id AS object_id, 'created' AS change FROM object
        WHERE account_id = ${accountId} AND id > ${since} ORDER BY id LIMIT ${limit}) AS created) AS feed
    ORDER BY state LIMIT ${limit}`);
  return rows.map((row) => ({
    state: int(row, "state"),
    kind: text(row, "kind"),
    objectId: int(row, "object_id"),
    change: readVerb(text(row, "change")),
  }));
}

function readVerb(word: string): ChangeVerb {
  if (word === "created" || word === "updated" || word === "destroyed") return word;
  throw new TypeError(`unknown change ${word}`);
}

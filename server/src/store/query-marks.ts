/** Messages of a mailbox by keyword, in its order; written after the messages themselves (objects/query-follow.ts). */
import type { Place, Stretch } from "./query-places.ts";
import { int } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

/** That a message in a mailbox carries a keyword; with `unseen` that it does not carry `$seen`. */
export interface Mark {
  mailboxId: number;
  keyword: string;
  place: Place;
}

/** The keyword of those that are not seen. */
export const unseen = "";

/** The first `limit` places of those in a stretch that have a mark. */
export async function listMarked(db: Db, stretch: Stretch, keyword: string, limit: number): Promise<Place[]> {
  const { accountId, mailboxId, after, until } = stretch;
  const rows =
    stretch.direction === "down"
      ? await db.all(sql`
        SELECT received_at, object_id FROM mark
        WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId} AND keyword = ${keyword}
          AND (received_at, object_id) < (${after.receivedAt}, ${after.id})
          AND (received_at, object_id) >= (${until.receivedAt}, ${until.id})
        ORDER BY received_at DESC, object_id DESC LIMIT ${limit}`)
      : await db.all(sql`
        SELECT received_at, object_id FROM mark
        WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId} AND keyword = ${keyword}
          AND (received_at, object_id) > (${after.receivedAt}, ${after.id})
          AND (received_at, object_id) <= (${until.receivedAt}, ${until.id})
        ORDER BY received_at, object_id LIMIT ${limit}`);
  return rows.map((row) => ({ receivedAt: int(row, "received_at"), id: int(row, "object_id") }));
}

/** Removes the marks of some messages of an account; false when there are none left. */
export async function deleteSomeMarks(tx: Tx, accountId: number, messages: number): Promise<boolean> {
  const deleted = await tx.run(sql`
    DELETE FROM mark WHERE account_id = ${accountId} AND object_id IN (
      SELECT object_id FROM mark WHERE account_id = ${accountId} ORDER BY object_id LIMIT ${messages})`);
  return deleted > 0;
}

/** Gives these messages these marks and no others. */
export async function replaceMarks(
  tx: Tx,
  accountId: number,
  ids: readonly number[],
  marks: readonly Mark[],
): Promise<void> {
  await tx.run(sql`
    DELETE FROM mark WHERE account_id = ${accountId}
      AND object_id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS old)`);
  for (const { mailboxId, keyword, place } of marks) {
    await tx.run(sql`
      INSERT INTO mark (account_id, mailbox_id, keyword, received_at, object_id)
      VALUES (${accountId}, ${mailboxId}, ${keyword}, ${place.receivedAt}, ${place.id})`);
  }
}

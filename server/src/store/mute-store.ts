import { type Db, sql, type Tx } from "./sql.ts";

/** Counts messages that say that their conversation is muted: `by` is below zero for those that do so no more. */
export async function countMuted(tx: Tx, accountId: number, by: number): Promise<void> {
  await tx.run(sql`UPDATE account SET muted = muted + ${by} WHERE id = ${accountId}`);
}

/** Whether one of the messages of a thread has this mark. */
export async function isMarkedInThread(
  db: Db,
  accountId: number,
  conversation: string,
  keyword: string,
): Promise<boolean> {
  const marked = `%${JSON.stringify(keyword)}%`;
  const row = await db.get(sql`
    SELECT id FROM object
    WHERE account_id = ${accountId} AND conversation = ${conversation} AND kind <> 'gone' AND keywords LIKE ${marked}
    LIMIT 1`);
  return row !== undefined;
}

import { int, optionalText, text } from "./row.ts";
import { type Db, sql, type Tx } from "./sql.ts";

export interface Mailbox {
  id: number;
  name: string;
  role: string | undefined;
  sortOrder: number;
  total: number;
  unread: number;
}

export async function insertMailbox(
  tx: Tx,
  accountId: number,
  mailbox: { id: number; name: string; role: string; sortOrder: number },
): Promise<void> {
  await tx.run(sql`
    INSERT INTO mailbox (account_id, id, name, role, sort_order, total, unread, changed_state)
    VALUES (${accountId}, ${mailbox.id}, ${mailbox.name}, ${mailbox.role}, ${mailbox.sortOrder}, 0, 0, 0)`);
}

export async function listMailboxes(db: Db, accountId: number): Promise<Mailbox[]> {
  const rows = await db.all(
    sql`SELECT * FROM mailbox WHERE account_id = ${accountId} ORDER BY sort_order, id`,
  );
  return rows.map((row) => ({
    id: int(row, "id"),
    name: text(row, "name"),
    role: optionalText(row, "role"),
    sortOrder: int(row, "sort_order"),
    total: int(row, "total"),
    unread: int(row, "unread"),
  }));
}

/** Mailboxes an object is in. */
export async function mailboxesOf(db: Db, accountId: number, objectId: number): Promise<number[]> {
  const rows = await db.all(sql`
    SELECT mailbox.id FROM mailbox JOIN object_mailbox
      ON object_mailbox.account_id = mailbox.account_id AND object_mailbox.mailbox_id = mailbox.id
    WHERE mailbox.account_id = ${accountId} AND object_mailbox.object_id = ${objectId}`);
  return rows.map((row) => int(row, "id"));
}

export async function addToMailbox(
  tx: Tx,
  accountId: number,
  mailboxId: number,
  objectId: number,
  unread: boolean,
  state: number,
): Promise<void> {
  await Promise.all([
    tx.run(sql`
      INSERT INTO object_mailbox (account_id, mailbox_id, object_id)
      VALUES (${accountId}, ${mailboxId}, ${objectId})`),
    countInMailbox(tx, accountId, mailboxId, 1, unread ? 1 : 0, state),
  ]);
}

export async function removeFromMailbox(
  tx: Tx,
  accountId: number,
  mailboxId: number,
  objectId: number,
  unread: boolean,
  state: number,
): Promise<void> {
  await tx.run(sql`
    DELETE FROM object_mailbox
    WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId} AND object_id = ${objectId}`);
  await countInMailbox(tx, accountId, mailboxId, -1, unread ? -1 : 0, state);
}

export async function countInMailbox(
  tx: Tx,
  accountId: number,
  mailboxId: number,
  addedTotal: number,
  addedUnread: number,
  state: number,
): Promise<void> {
  await tx.run(sql`
    UPDATE mailbox SET total = total + ${addedTotal}, unread = unread + ${addedUnread}, changed_state = ${state}
    WHERE account_id = ${accountId} AND id = ${mailboxId}`);
}

import { int, optionalInt, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

export interface Mailbox {
  id: number;
  name: string;
  role: string | undefined;
  parentId: number | undefined;
  sortOrder: number;
  isSubscribed: boolean;
  total: number;
  unread: number;
  totalThreads: number;
  unreadThreads: number;
  createdState: number;
  /** State of the last change of anything but its counts. */
  namedState: number;
  /** State of the last change of anything. */
  changedState: number;
  /** Till then it is about to be destroyed, milliseconds since 1970; undefined for one that is not. */
  doomedUntil: number | undefined;
}

export type MailboxFields = Pick<Mailbox, "name" | "parentId" | "sortOrder" | "isSubscribed">;

export async function insertMailbox(
  tx: Tx,
  accountId: number,
  mailbox: MailboxFields & { id: number; role: string | undefined },
  state: number,
): Promise<void> {
  tx.noteChanged(accountId, "Mailbox");
  await tx.run(sql`
    INSERT INTO mailbox (account_id, id, name, role, parent_id, sort_order, is_subscribed, total, unread, total_threads,
      unread_threads, created_state, named_state, changed_state)
    VALUES (${accountId}, ${mailbox.id}, ${mailbox.name}, ${mailbox.role ?? null}, ${mailbox.parentId ?? null},
      ${mailbox.sortOrder}, ${mailbox.isSubscribed ? 1 : 0}, 0, 0, 0, 0, ${state}, ${state}, ${state})`);
}

export async function updateMailbox(
  tx: Tx,
  accountId: number,
  mailbox: MailboxFields & { id: number; role: string | undefined },
  state: number,
): Promise<void> {
  tx.noteChanged(accountId, "Mailbox");
  await tx.run(sql`
    UPDATE mailbox SET name = ${mailbox.name}, role = ${mailbox.role ?? null}, parent_id = ${mailbox.parentId ?? null},
      sort_order = ${mailbox.sortOrder}, is_subscribed = ${mailbox.isSubscribed ? 1 : 0}, named_state = ${state},
      changed_state = ${state}
    WHERE account_id = ${accountId} AND id = ${mailbox.id}`);
}

/** Says of mailboxes that they are going to be destroyed by then. */
export async function markDoomed(
  tx: Tx,
  accountId: number,
  ids: readonly number[],
  until: number,
): Promise<void> {
  await tx.run(sql`
    UPDATE mailbox SET doomed_until = ${until}
    WHERE account_id = ${accountId}
      AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS doomed)`);
}

/** The mailbox must be empty. */
export async function deleteMailbox(tx: Tx, accountId: number, id: number): Promise<void> {
  await tx.run(sql`DELETE FROM mailbox WHERE account_id = ${accountId} AND id = ${id}`);
}

export async function listMailboxes(db: Db, accountId: number): Promise<Mailbox[]> {
  const rows = await db.all(
    sql`SELECT * FROM mailbox WHERE account_id = ${accountId} ORDER BY sort_order, id`,
  );
  return rows.map(readMailbox);
}

/** A message where mailboxes are concerned. */
export interface Placed {
  accountId: number;
  id: number;
  conversation: string;
  receivedAt: number;
}

export async function addToMailbox(
  tx: Tx,
  placed: Placed,
  mailboxId: number,
  isUnread: boolean,
  state: number,
): Promise<void> {
  const { accountId, id, receivedAt } = placed;
  await Promise.all([
    tx.run(sql`
      INSERT INTO object_mailbox (account_id, mailbox_id, received_at, object_id)
      VALUES (${accountId}, ${mailboxId}, ${receivedAt}, ${id})`),
    countInMailbox(tx, placed, mailboxId, { total: 1, unread: isUnread ? 1 : 0 }, state),
  ]);
}

export async function removeFromMailbox(
  tx: Tx,
  placed: Placed,
  mailboxId: number,
  isUnread: boolean,
  state: number,
): Promise<void> {
  const { accountId, id, receivedAt } = placed;
  await tx.run(sql`
    DELETE FROM object_mailbox
    WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId} AND received_at = ${receivedAt}
      AND object_id = ${id}`);
  await countInMailbox(tx, placed, mailboxId, { total: -1, unread: isUnread ? -1 : 0 }, state);
}

/** Counts so many messages of its thread more or less in a mailbox, and its threads when the first came or the last went. */
export async function countInMailbox(
  tx: Tx,
  { accountId, conversation }: Placed,
  mailboxId: number,
  added: { total: number; unread: number },
  state: number,
): Promise<void> {
  tx.noteChanged(accountId, "Mailbox");
  const row = await tx.get(sql`
    SELECT total, unread FROM thread_mailbox
    WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId} AND conversation = ${conversation}`);
  const before =
    row === undefined ? { total: 0, unread: 0 } : { total: int(row, "total"), unread: int(row, "unread") };
  const after = { total: before.total + added.total, unread: before.unread + added.unread };
  const threads = Number(after.total > 0) - Number(before.total > 0);
  const unreadThreads = Number(after.unread > 0) - Number(before.unread > 0);
  await Promise.all([
    writeThread(tx, { accountId, mailboxId, conversation }, before.total > 0, after),
    tx.run(sql`
      UPDATE mailbox SET total = total + ${added.total}, unread = unread + ${added.unread},
        total_threads = total_threads + ${threads}, unread_threads = unread_threads + ${unreadThreads},
        changed_state = ${state}
      WHERE account_id = ${accountId} AND id = ${mailboxId}`),
  ]);
}

function writeThread(
  tx: Tx,
  { accountId, mailboxId, conversation }: { accountId: number; mailboxId: number; conversation: string },
  isThere: boolean,
  { total, unread }: { total: number; unread: number },
): Promise<number> {
  if (!isThere) {
    return tx.run(sql`
      INSERT INTO thread_mailbox (account_id, mailbox_id, conversation, total, unread)
      VALUES (${accountId}, ${mailboxId}, ${conversation}, ${total}, ${unread})`);
  }
  if (total === 0) {
    return tx.run(sql`
      DELETE FROM thread_mailbox
      WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId} AND conversation = ${conversation}`);
  }
  return tx.run(sql`
    UPDATE thread_mailbox SET total = ${total}, unread = ${unread}
    WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId} AND conversation = ${conversation}`);
}

function readMailbox(row: Row): Mailbox {
  return {
    id: int(row, "id"),
    name: text(row, "name"),
    role: optionalText(row, "role"),
    parentId: optionalInt(row, "parent_id"),
    sortOrder: int(row, "sort_order"),
    isSubscribed: int(row, "is_subscribed") === 1,
    total: int(row, "total"),
    unread: int(row, "unread"),
    totalThreads: int(row, "total_threads"),
    unreadThreads: int(row, "unread_threads"),
    createdState: int(row, "created_state"),
    namedState: int(row, "named_state"),
    changedState: int(row, "changed_state"),
    doomedUntil: optionalInt(row, "doomed_until"),
  };
}

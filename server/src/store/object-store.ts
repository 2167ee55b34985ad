import { bytes, int, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** What is kept beside a message's bytes so that a list can be shown without reading them. */
export interface StoredObject {
  accountId: number;
  id: number;
  kind: string;
  type: string;
  messageId: string;
  sender: string;
  conversation: string;
  subject: string | undefined;
  preview: string | undefined;
  sentAt: number;
  receivedAt: number;
  sizeBytes: number;
  changedState: number;
  keywords: readonly string[];
  /** JSON made once from the message: recipients, attachments and what else a list shows. */
  summary: string;
}

export async function insertObject(tx: Tx, object: StoredObject, messageBytes: Uint8Array): Promise<void> {
  const { subject = null, preview = null } = object;
  const keywords = JSON.stringify(object.keywords);
  if (tx.dialect === "postgres") {
    await tx.run(sql`
      WITH written AS (INSERT INTO message_bytes (bytes) VALUES (${messageBytes}) RETURNING id)
      INSERT INTO object (account_id, id, kind, type, message_id, sender, conversation, subject, preview, sent_at,
        received_at, size_bytes, changed_state, keywords, summary, bytes_id)
      SELECT ${object.accountId}, ${object.id}, ${object.kind}, ${object.type}, ${object.messageId}, ${object.sender},
        ${object.conversation}, ${subject}, ${preview}, ${object.sentAt}, ${object.receivedAt}, ${object.sizeBytes},
        ${object.changedState}, ${keywords}, ${object.summary}, written.id
      FROM written`);
    return;
  }
  // To have the id of the bytes returned would cost as much as to write them. Both are started together, so that what
  // the one writer wrote last is still these.
  const writing = tx.run(sql`INSERT INTO message_bytes (bytes) VALUES (${messageBytes})`);
  const naming = tx.run(sql`
    INSERT INTO object (account_id, id, kind, type, message_id, sender, conversation, subject, preview, sent_at,
      received_at, size_bytes, changed_state, keywords, summary, bytes_id)
    VALUES (${object.accountId}, ${object.id}, ${object.kind}, ${object.type}, ${object.messageId}, ${object.sender},
      ${object.conversation}, ${subject}, ${preview}, ${object.sentAt}, ${object.receivedAt}, ${object.sizeBytes},
      ${object.changedState}, ${keywords}, ${object.summary}, (SELECT max(id) FROM message_bytes))`);
  await Promise.all([writing, naming]);
}

export async function findObject(db: Db, accountId: number, id: number): Promise<StoredObject | undefined> {
  const row = await db.get(sql`SELECT * FROM object WHERE account_id = ${accountId} AND id = ${id}`);
  return row && readObject(row);
}

export async function findMessageBytes(
  db: Db,
  accountId: number,
  objectId: number,
): Promise<Uint8Array | undefined> {
  const row = await db.get(sql`
    SELECT bytes FROM message_bytes
    WHERE id = (SELECT bytes_id FROM object WHERE account_id = ${accountId} AND id = ${objectId})`);
  return row && bytes(row, "bytes");
}

/** All of an account's objects, newest first, `limit` of those before object `before`. */
export async function listObjects(
  db: Db,
  accountId: number,
  before: number,
  limit: number,
): Promise<StoredObject[]> {
  const rows = await db.all(sql`
    SELECT * FROM object WHERE account_id = ${accountId} AND id < ${before} ORDER BY id DESC LIMIT ${limit}`);
  return rows.map(readObject);
}

/** Newest first, `limit` of those of a mailbox before object `before`. */
export async function listMailbox(
  db: Db,
  accountId: number,
  mailboxId: number,
  before: number,
  limit: number,
): Promise<StoredObject[]> {
  const rows = await db.all(sql`
    SELECT object.* FROM object_mailbox
    JOIN object ON object.account_id = object_mailbox.account_id AND object.id = object_mailbox.object_id
    WHERE object_mailbox.account_id = ${accountId} AND object_mailbox.mailbox_id = ${mailboxId}
      AND object_mailbox.object_id < ${before}
    ORDER BY object_mailbox.object_id DESC LIMIT ${limit}`);
  return rows.map(readObject);
}

export async function setKeywords(
  tx: Tx,
  accountId: number,
  id: number,
  keywords: readonly string[],
  changedState: number,
): Promise<void> {
  await tx.run(sql`
    UPDATE object SET keywords = ${JSON.stringify(keywords)}, changed_state = ${changedState}
    WHERE account_id = ${accountId} AND id = ${id}`);
}

export async function markChanged(
  tx: Tx,
  accountId: number,
  id: number,
  changedState: number,
): Promise<void> {
  await tx.run(
    sql`UPDATE object SET changed_state = ${changedState} WHERE account_id = ${accountId} AND id = ${id}`,
  );
}

function readObject(row: Row): StoredObject {
  return {
    accountId: int(row, "account_id"),
    id: int(row, "id"),
    kind: text(row, "kind"),
    type: text(row, "type"),
    messageId: text(row, "message_id"),
    sender: text(row, "sender"),
    conversation: text(row, "conversation"),
    subject: optionalText(row, "subject"),
    preview: optionalText(row, "preview"),
    sentAt: int(row, "sent_at"),
    receivedAt: int(row, "received_at"),
    sizeBytes: int(row, "size_bytes"),
    changedState: int(row, "changed_state"),
    keywords: readKeywords(text(row, "keywords")),
    summary: text(row, "summary"),
  };
}

function readKeywords(json: string): string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}

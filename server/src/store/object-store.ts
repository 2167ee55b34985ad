import { bytes, int, optionalText, text } from "./row.ts";
import { type Db, type Row, sql, type Tx } from "./sql.ts";

/** What a message's bytes are: one of the wire, or one of RFC 5322 that was imported or drafted by a mail program. */
type MessageFormat = "posthorn" | "rfc5322";

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
  /** Ids of the mailboxes it is in, at least one. */
  mailboxes: readonly number[];
  format: MessageFormat;
  /** JSON made once from the message: recipients, attachments and what else a list shows. */
  summary: string;
}

export async function insertObject(tx: Tx, object: StoredObject, messageBytes: Uint8Array): Promise<void> {
  tx.noteChanged(object.accountId, "Email");
  tx.noteChanged(object.accountId, "Thread");
  const { subject = null, preview = null } = object;
  const keywords = JSON.stringify(object.keywords);
  const mailboxes = JSON.stringify(object.mailboxes);
  if (tx.dialect === "postgres") {
    await tx.run(sql`
      WITH written AS (INSERT INTO message_bytes (bytes) VALUES (${messageBytes}) RETURNING id)
      INSERT INTO object (account_id, id, kind, type, message_id, sender, conversation, subject, preview, sent_at,
        received_at, size_bytes, changed_state, keywords, mailboxes, format, summary, bytes_id)
      SELECT ${object.accountId}, ${object.id}, ${object.kind}, ${object.type}, ${object.messageId}, ${object.sender},
        ${object.conversation}, ${subject}, ${preview}, ${object.sentAt}, ${object.receivedAt}, ${object.sizeBytes},
        ${object.changedState}, ${keywords}, ${mailboxes}, ${object.format}, ${object.summary}, written.id
      FROM written`);
    return;
  }
  // To have the id of the bytes returned would cost as much as to write them. Both are started together, so that what
  // the one writer wrote last is still these.
  const writing = tx.run(sql`INSERT INTO message_bytes (bytes) VALUES (${messageBytes})`);
  const naming = tx.run(sql`
    INSERT INTO object (account_id, id, kind, type, message_id, sender, conversation, subject, preview, sent_at,
      received_at, size_bytes, changed_state, keywords, mailboxes, format, summary, bytes_id)
    VALUES (${object.accountId}, ${object.id}, ${object.kind}, ${object.type}, ${object.messageId}, ${object.sender},
      ${object.conversation}, ${subject}, ${preview}, ${object.sentAt}, ${object.receivedAt}, ${object.sizeBytes},
      ${object.changedState}, ${keywords}, ${mailboxes}, ${object.format}, ${object.summary},
      (SELECT max(id) FROM message_bytes))`);
  await Promise.all([writing, naming]);
}

export async function findObject(db: Db, accountId: number, id: number): Promise<StoredObject | undefined> {
  const row = await db.get(sql`
    SELECT * FROM object WHERE account_id = ${accountId} AND id = ${id} AND kind <> 'gone'`);
  return row && readObject(row);
}

/** Those of these that there are, in no order. */
export async function listObjectsById(
  db: Db,
  accountId: number,
  ids: readonly number[],
): Promise<StoredObject[]> {
  const rows = await db.all(sql`
    SELECT * FROM object
    WHERE account_id = ${accountId} AND kind <> 'gone'
      AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS wanted)`);
  return rows.map(readObject);
}

/**
 * A message of this id: one that was imported or drafted by a mail program, or of any format in this thread. The first of
 * several.
 */
export async function findByMessageId(
  db: Db,
  accountId: number,
  { messageId, conversation }: { messageId: string; conversation: string },
): Promise<number | undefined> {
  // Asked for the first by its order, the embedded store would walk through all messages of the account.
  const rows = await db.all(sql`
    SELECT id FROM object
    WHERE account_id = ${accountId} AND message_id = ${messageId} AND format = 'rfc5322' AND kind <> 'gone'
    UNION ALL
    SELECT id FROM object
    WHERE account_id = ${accountId} AND conversation = ${conversation} AND message_id = ${messageId}
      AND kind <> 'gone'`);
  return rows.map((row) => int(row, "id")).toSorted((a, b) => a - b)[0];
}

/**
 * The threads of those of these messages that were imported, drafted by a mail program, or sent from here; of several of
 * one id that of the first.
 */
export async function listConversationsOf(
  db: Db,
  accountId: number,
  messageIds: readonly string[],
): Promise<Map<string, string>> {
  const wanted = JSON.stringify(messageIds);
  const rows = await db.all(sql`
    SELECT message_id, id, conversation FROM object
    WHERE account_id = ${accountId} AND format = 'rfc5322' AND kind <> 'gone'
      AND message_id IN (SELECT value FROM json_each(${wanted}) AS wanted)
    UNION ALL
    SELECT submission.message_id, object.id, object.conversation FROM submission
    JOIN object ON object.account_id = submission.account_id AND object.id = submission.object_id
    WHERE submission.account_id = ${accountId}
      AND submission.message_id IN (SELECT value FROM json_each(${wanted}) AS wanted)`);
  const lastFirst = rows.toSorted((a, b) => int(b, "id") - int(a, "id"));
  return new Map(lastFirst.map((row) => [text(row, "message_id"), text(row, "conversation")]));
}

/** Also of a message that was destroyed while a delivery still needs it. */
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

/** The bytes of those of these messages that there are, by their ids. */
export async function listMessageBytes(
  db: Db,
  accountId: number,
  ids: readonly number[],
): Promise<Map<number, Uint8Array>> {
  const rows = await db.all(sql`
    SELECT object.id, message_bytes.bytes FROM object JOIN message_bytes ON message_bytes.id = object.bytes_id
    WHERE object.account_id = ${accountId} AND object.kind <> 'gone'
      AND object.id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS wanted)`);
  return new Map(rows.map((row) => [int(row, "id"), bytes(row, "bytes")]));
}

/** The ids of the messages of these threads, the first received first. */
export async function listThreads(
  db: Db,
  accountId: number,
  conversations: readonly string[],
): Promise<Map<string, number[]>> {
  const rows = await db.all(sql`
    SELECT conversation, id FROM object
    WHERE account_id = ${accountId} AND kind <> 'gone'
      AND conversation IN (SELECT value FROM json_each(${JSON.stringify(conversations)}) AS wanted)
    ORDER BY received_at, id`);
  const threads = new Map<string, number[]>();
  for (const row of rows) {
    const conversation = text(row, "conversation");
    const ids = threads.get(conversation);
    if (ids === undefined) threads.set(conversation, [int(row, "id")]);
    else ids.push(int(row, "id"));
  }
  return threads;
}

/** `limit` of the threads of an account. */
export async function listConversations(db: Db, accountId: number, limit: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT DISTINCT conversation FROM object WHERE account_id = ${accountId} AND kind <> 'gone' LIMIT ${limit}`);
  return rows.map((row) => text(row, "conversation"));
}

/** All of an account's objects, newest first, `limit` of those before object `before`. */
export async function listObjects(
  db: Db,
  accountId: number,
  before: number,
  limit: number,
): Promise<StoredObject[]> {
  const rows = await db.all(sql`
    SELECT * FROM object WHERE account_id = ${accountId} AND id < ${before} AND kind <> 'gone'
    ORDER BY id DESC LIMIT ${limit}`);
  return rows.map(readObject);
}

/** All of an account's objects, the first first, `limit` of those after object `after`. */
export async function listObjectsAfter(
  db: Db,
  accountId: number,
  after: number,
  limit: number,
): Promise<StoredObject[]> {
  const rows = await db.all(sql`
    SELECT * FROM object WHERE account_id = ${accountId} AND id > ${after} AND kind <> 'gone'
    ORDER BY id LIMIT ${limit}`);
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
    ORDER BY object_mailbox.received_at DESC, object_mailbox.object_id DESC LIMIT ${limit}`);
  return rows.map(readObject);
}

/** Whom the messages of a mailbox are from, each once. */
export async function listSendersIn(db: Db, accountId: number, mailboxId: number): Promise<string[]> {
  const rows = await db.all(sql`
    SELECT DISTINCT object.sender FROM object_mailbox
    JOIN object ON object.account_id = object_mailbox.account_id AND object.id = object_mailbox.object_id
    WHERE object_mailbox.account_id = ${accountId} AND object_mailbox.mailbox_id = ${mailboxId}`);
  return rows.map((row) => text(row, "sender"));
}

/** Ids of messages of a mailbox, `limit` of them. */
export async function listInMailbox(
  db: Db,
  accountId: number,
  mailboxId: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.all(sql`
    SELECT object_id FROM object_mailbox WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId}
    LIMIT ${limit}`);
  return rows.map((row) => int(row, "object_id"));
}

/** Writes its marks and where it lies; the mailboxes' own rows are written by `mailbox-store.ts`. */
export async function updateObject(
  tx: Tx,
  object: Pick<StoredObject, "accountId" | "id" | "keywords" | "mailboxes" | "changedState">,
): Promise<void> {
  await tx.run(sql`
    UPDATE object SET keywords = ${JSON.stringify(object.keywords)}, mailboxes = ${JSON.stringify(object.mailboxes)},
      changed_state = ${object.changedState}
    WHERE account_id = ${object.accountId} AND id = ${object.id}`);
}

/** Writes a message as another one, where it is: its bytes and what is kept beside them; its marks stay. */
export async function rewriteObject(tx: Tx, object: StoredObject, messageBytes: Uint8Array): Promise<void> {
  const { accountId, id, subject = null, preview = null } = object;
  await tx.run(sql`
    UPDATE message_bytes SET bytes = ${messageBytes}
    WHERE id = (SELECT bytes_id FROM object WHERE account_id = ${accountId} AND id = ${id})`);
  await tx.run(sql`
    UPDATE object SET kind = ${object.kind}, type = ${object.type}, message_id = ${object.messageId},
      sender = ${object.sender}, subject = ${subject}, preview = ${preview}, sent_at = ${object.sentAt},
      size_bytes = ${object.sizeBytes}, changed_state = ${object.changedState}, format = ${object.format},
      summary = ${object.summary}
    WHERE account_id = ${accountId} AND id = ${id}`);
}

/** Removes a message with its bytes. Its blob references and mailboxes are removed by their own stores. */
export async function deleteObject(tx: Tx, accountId: number, id: number): Promise<void> {
  await tx.run(sql`
    DELETE FROM message_bytes
    WHERE id = (SELECT bytes_id FROM object WHERE account_id = ${accountId} AND id = ${id})`);
  await tx.run(sql`DELETE FROM object WHERE account_id = ${accountId} AND id = ${id}`);
}

/** Keeps the bytes of a message that its account has no more, until `listGone` finds that no delivery needs them. */
export async function markGone(tx: Tx, accountId: number, id: number): Promise<void> {
  await tx.run(sql`
    UPDATE object SET kind = 'gone', mailboxes = '[]' WHERE account_id = ${accountId} AND id = ${id}`);
}

/** Messages that are gone and that no delivery needs any more. */
export async function listGone(db: Db, limit: number): Promise<{ accountId: number; id: number }[]> {
  const rows = await db.all(sql`
    SELECT account_id, id FROM object
    WHERE kind = 'gone' AND NOT EXISTS (
      SELECT 1 FROM delivery WHERE delivery.message_id = object.message_id
        AND delivery.account_id = object.account_id AND delivery.settled_at IS NULL)
    LIMIT ${limit}`);
  return rows.map((row) => ({ accountId: int(row, "account_id"), id: int(row, "id") }));
}

/** Of a row with all of its columns. */
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
    keywords: readList(text(row, "keywords"), "string"),
    mailboxes: readList(text(row, "mailboxes"), "number"),
    format: text(row, "format") === "rfc5322" ? "rfc5322" : "posthorn",
    summary: text(row, "summary"),
  };
}

function readList(json: string, of: "string"): string[];
function readList(json: string, of: "number"): number[];
function readList(json: string, of: "string" | "number"): unknown[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((item) => typeof item === of) : [];
}

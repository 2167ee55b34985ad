/** What a query has to know of messages, read for many at once and without what only a list shows. */
import { int, text } from "./row.ts";
import { type Db, type Row, sql } from "./sql.ts";

export interface Traits {
  id: number;
  conversation: string;
  receivedAt: number;
  sentAt: number;
  sizeBytes: number;
  keywords: readonly string[];
  mailboxes: readonly number[];
  /** The id that its author gave it; undefined for what is no Posthorn message. */
  wireId: string | undefined;
}

/** Those of these that there are, in no order. */
export async function listTraits(db: Db, accountId: number, ids: readonly number[]): Promise<Traits[]> {
  const rows = await db.all(sql`
    SELECT id, conversation, received_at, sent_at, size_bytes, keywords, mailboxes, message_id, format FROM object
    WHERE account_id = ${accountId} AND kind <> 'gone'
      AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS wanted)`);
  return rows.map(readTraits);
}

/** The threads of these messages, by message. */
export async function listConversations(
  db: Db,
  accountId: number,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const rows = await db.all(sql`
    SELECT id, conversation FROM object
    WHERE account_id = ${accountId} AND kind <> 'gone'
      AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(${JSON.stringify(ids)}) AS wanted)`);
  return new Map(rows.map((row) => [int(row, "id"), text(row, "conversation")]));
}

/** The first `limit` messages of these threads, in no order. */
export async function listOfThreads(
  db: Db,
  accountId: number,
  conversations: readonly string[],
  limit: number,
): Promise<Traits[]> {
  const rows = await db.all(sql`
    SELECT id, conversation, received_at, sent_at, size_bytes, keywords, mailboxes, message_id, format FROM object
    WHERE account_id = ${accountId} AND kind <> 'gone'
      AND conversation IN (SELECT value FROM json_each(${JSON.stringify(conversations)}) AS wanted)
    LIMIT ${limit}`);
  return rows.map(readTraits);
}

/** The first `limit` ids after `after`, up to `until`. */
export async function listIds(
  db: Db,
  accountId: number,
  { after, until, limit }: { after: number; until: number; limit: number },
): Promise<number[]> {
  const rows = await db.all(sql`
    SELECT id FROM object WHERE account_id = ${accountId} AND id > ${after} AND id <= ${until} AND kind <> 'gone'
    ORDER BY id LIMIT ${limit}`);
  return rows.map((row) => int(row, "id"));
}

/** How many messages lie in a mailbox, and of how many threads; undefined when there is no such mailbox. */
export async function findCounts(
  db: Db,
  accountId: number,
  mailboxId: number,
): Promise<{ messages: number; threads: number } | undefined> {
  const row = await db.get(sql`
    SELECT total, total_threads FROM mailbox WHERE account_id = ${accountId} AND id = ${mailboxId}`);
  return row && { messages: int(row, "total"), threads: int(row, "total_threads") };
}

/** Mailboxes that messages lie in. */
export async function listFilled(db: Db, accountId: number): Promise<number[]> {
  const rows = await db.all(
    sql`SELECT id FROM mailbox WHERE account_id = ${accountId} AND total > 0 ORDER BY id`,
  );
  return rows.map((row) => int(row, "id"));
}

function readTraits(row: Row): Traits {
  return {
    id: int(row, "id"),
    conversation: text(row, "conversation"),
    receivedAt: int(row, "received_at"),
    sentAt: int(row, "sent_at"),
    sizeBytes: int(row, "size_bytes"),
    keywords: readList(text(row, "keywords")).filter((item) => typeof item === "string"),
    mailboxes: readList(text(row, "mailboxes")).filter((item) => typeof item === "number"),
    wireId: text(row, "format") === "posthorn" ? text(row, "message_id") : undefined,
  };
}

function readList(json: string): unknown[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value : [];
}

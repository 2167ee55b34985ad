/** Messages in the order in which a mailbox is shown: walked, counted and skipped by its key alone. */
import { int } from "./row.ts";
import { type Db, type Row, type SqlValue, sql } from "./sql.ts";

/** Where a message stands in that order: by when it was received, and of those of one moment by its id. */
export interface Place {
  receivedAt: number;
  id: number;
}

/** A part of a mailbox: what lies between two places, the first of them left out and the last of them in. */
export interface Stretch {
  accountId: number;
  mailboxId: number;
  /** `down` from the newest to the oldest. */
  direction: "down" | "up";
  after: Place;
  until: Place;
}

export const newestPlace: Place = { receivedAt: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };
export const oldestPlace: Place = { receivedAt: -1, id: -1 };

/** Below zero when the first is older. */
export function comparePlaces(a: Place, b: Place): number {
  return a.receivedAt - b.receivedAt || a.id - b.id;
}

/** The first `limit` places of a stretch. */
export async function listPlaces(db: Db, stretch: Stretch, limit: number): Promise<Place[]> {
  return (await readPlaces(db, stretch, limit, 0)).map(readPlace);
}

/** The place after `offset` others of a stretch; undefined when it has no more. */
export async function findPlace(db: Db, stretch: Stretch, offset: number): Promise<Place | undefined> {
  const [row] = await readPlaces(db, stretch, 1, offset);
  return row && readPlace(row);
}

/** How many places a stretch has. Takes a second for some millions: whoever counts many goes by parts. */
export async function countPlaces(db: Db, stretch: Stretch): Promise<number> {
  const { accountId, mailboxId, after, until } = stretch;
  const row =
    stretch.direction === "down"
      ? await db.get(sql`
        SELECT count(*) AS places FROM object_mailbox
        WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId}
          AND (received_at, object_id) < (${after.receivedAt}, ${after.id})
          AND (received_at, object_id) >= (${until.receivedAt}, ${until.id})`)
      : await db.get(sql`
        SELECT count(*) AS places FROM object_mailbox
        WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId}
          AND (received_at, object_id) > (${after.receivedAt}, ${after.id})
          AND (received_at, object_id) <= (${until.receivedAt}, ${until.id})`);
  return row === undefined ? 0 : int(row, "places");
}

function readPlaces(db: Db, stretch: Stretch, limit: number, offset: number): Promise<Row[]> {
  const { accountId, mailboxId, after, until } = stretch;
  return stretch.direction === "down"
    ? db.all(sql`
      SELECT received_at, object_id FROM object_mailbox
      WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId}
        AND (received_at, object_id) < (${after.receivedAt}, ${after.id})
        AND (received_at, object_id) >= (${until.receivedAt}, ${until.id})
      ORDER BY received_at DESC, object_id DESC LIMIT ${limit} OFFSET ${offset}`)
    : db.all(sql`
      SELECT received_at, object_id FROM object_mailbox
      WHERE account_id = ${accountId} AND mailbox_id = ${mailboxId}
        AND (received_at, object_id) > (${after.receivedAt}, ${after.id})
        AND (received_at, object_id) <= (${until.receivedAt}, ${until.id})
      ORDER BY received_at, object_id LIMIT ${limit} OFFSET ${offset}`);
}

/** What can be seen of a message in its row without reading any list in it; `not` of them is met where it is not. */
export type RowTest = { not: boolean } & (
  | { column: "keyword"; keyword: string }
  | { column: "atLeastBytes"; sizeBytes: number }
  | { column: "attachment" }
  | { column: "wireId"; ids: readonly string[] }
);

/** Those places of a stretch whose messages meet all of these, in its order. Looks at each message between. */
export async function listPlacesThat(db: Db, stretch: Stretch, tests: readonly RowTest[]): Promise<Place[]> {
  const { accountId, mailboxId, direction, after, until } = stretch;
  const parts = tests.map(testSql);
  const rows = await db.all({
    strings: thatStrings(
      direction,
      parts.map(({ text }) => text),
    ),
    values: [
      accountId,
      mailboxId,
      after.receivedAt,
      after.id,
      until.receivedAt,
      until.id,
      ...parts.flatMap(({ values }) => values),
    ],
  });
  return rows.map(readPlace);
}

function testSql(test: RowTest): { text: string; values: readonly SqlValue[] } {
  const not = test.not ? "NOT " : "";
  switch (test.column) {
    case "keyword":
      // A keyword has no quote in it, so the one in quotes is a whole one of the JSON list.
      return {
        text: `AND object.keywords ${not}LIKE ? ESCAPE '!'`,
        values: [`%"${test.keyword.replaceAll(/[%_!]/g, "!$&")}"%`],
      };
    case "atLeastBytes":
      return { text: `AND ${not}(object.size_bytes >= ?)`, values: [test.sizeBytes] };
    case "attachment":
      // As kinds/describe.ts and rfc5322/mail-summary.ts write it; a quote in a name has a backslash before it there.
      return {
        text: `AND ${not}(CASE object.format WHEN 'posthorn' THEN object.summary NOT LIKE '%"attachments":[]%'
        ELSE object.summary LIKE '%"hasAttachment":true%' END)`,
        values: [],
      };
    case "wireId":
      return {
        text: `AND ${not}(object.format = 'posthorn'
        AND object.message_id IN (SELECT value FROM json_each(?) AS wanted))`,
        values: [JSON.stringify(test.ids)],
      };
  }
}

/** A prepared statement is found again by its list of strings, so there is one for each text, of the texts used of late. */
const built = new Map<string, readonly string[]>();
const mostBuilt = 64;

function thatStrings(direction: Stretch["direction"], tests: readonly string[]): readonly string[] {
  const [after, until, order] = direction === "down" ? ["<", ">=", "DESC"] : [">", "<=", "ASC"];
  const text = `
    SELECT place.received_at, place.object_id FROM object_mailbox AS place
    CROSS JOIN object
    WHERE place.account_id = ? AND place.mailbox_id = ?
      AND (place.received_at, place.object_id) ${after} (?, ?)
      AND (place.received_at, place.object_id) ${until} (?, ?)
      AND object.account_id = place.account_id AND object.id = place.object_id
      ${tests.join("\n      ")}
    ORDER BY place.received_at ${order}, place.object_id ${order}`;
  const strings = built.get(text) ?? text.split("?");
  built.delete(text);
  built.set(text, strings);
  const [oldest] = built.keys();
  if (built.size > mostBuilt && oldest !== undefined) built.delete(oldest);
  return strings;
}

function readPlace(row: Row): Place {
  return { receivedAt: int(row, "received_at"), id: int(row, "object_id") };
}

/** Rows, bytes and the entries of indexes in a SQLite database: what one connection reads and writes of them. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ChangeNotes } from "../local/change-hub.ts";
import { boundsOf, checkRowKey, type KeyPlace } from "../local/key-order.ts";
import type { LocalReader, LocalWriter, Range } from "../local/local-store.ts";
import { checkIndex, checkRow, checkScope } from "../local/scope.ts";
import type { AnyTable, BytesTable, IndexKey, RowTable } from "../local/table.ts";
import { beyondAll, encodeKey } from "./encode-key.ts";

type Value = string | number | Uint8Array;

/** A connection with its prepared statements, found again by their text. */
export interface Connection {
  readonly database: DatabaseSync;
  prepare(text: string): StatementSync;
}

export function connectionOf(database: DatabaseSync): Connection {
  const prepared = new Map<string, StatementSync>();
  return {
    database,
    prepare(text) {
      const known = prepared.get(text);
      if (known !== undefined) return known;
      const made = database.prepare(text);
      prepared.set(text, made);
      return made;
    },
  };
}

/** What makes a table. Its rows and the entries of its indexes are two tables in SQL. */
export function creationOf(table: AnyTable): string[] {
  const rows = `CREATE TABLE "${rowsOf(table)}" (key TEXT PRIMARY KEY, value ${table.kind === "rows" ? "TEXT" : "BLOB"} NOT NULL)`;
  if (table.kind === "bytes") return [rows];
  return [
    rows,
    `CREATE TABLE "${entriesOf(table)}" (place BLOB, key TEXT, PRIMARY KEY (place, key)) WITHOUT ROWID`,
  ];
}

export function rowsOf({ name }: AnyTable): string {
  return `${name}_rows`;
}

function entriesOf({ name }: AnyTable): string {
  return `${name}_entries`;
}

/** `known` are the tables that there are, `scope` those of a transaction. */
export function readerOver(
  { prepare }: Connection,
  known: readonly AnyTable[],
  scope: readonly AnyTable[] = known,
): LocalReader {
  const check = (table: AnyTable) => checkScope(table, known, scope);
  const find = <Row extends object>(table: RowTable<Row, string>, key: string): Row | undefined => {
    const found = prepare(`SELECT value FROM "${rowsOf(table)}" WHERE key = ?`).get(key);
    return found === undefined ? undefined : checkRow(table, parse(found.value));
  };
  const select = (what: string, table: RowTable<object, string> | BytesTable, range: Range<string> = {}) => {
    check(table);
    checkIndex(table, range.by);
    const { text, values } = range.by === undefined ? byKey(what, table, range) : byIndex(what, table, range);
    return prepare(text).all(...values);
  };
  return {
    async get(table, key) {
      check(table);
      return find(table, key);
    },
    async getMany(table, keys) {
      check(table);
      return keys.map((key) => find(table, key));
    },
    list: async (table, range) =>
      select("rows.value AS value", table, range).map(({ value }) => checkRow(table, parse(value))),
    keys: async (table, range) => select("entry.key AS key", table, range).map(({ key }) => String(key)),
    count: async (table, range) => Number(select("COUNT(*) AS count", table, range)[0]?.count),
    async getBytes(table, key) {
      check(table);
      const found = prepare(`SELECT value FROM "${rowsOf(table)}" WHERE key = ?`).get(key);
      return found?.value instanceof Uint8Array ? found.value : undefined;
    },
  };
}

/** What is no JSON is no row either. */
function parse(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}

interface Query {
  text: string;
  values: Value[];
}

function byKey(what: string, table: AnyTable, range: Range<string>): Query {
  const { lower, upper } = boundsOf(range);
  const where: string[] = [];
  const values: Value[] = [];
  if (lower !== undefined) {
    where.push(`entry.key ${lower.isBeyond ? ">" : ">="} ?`);
    values.push(String(lower.key[0]));
  }
  if (upper !== undefined) {
    where.push(`entry.key ${upper.isBeyond ? "<=" : "<"} ?`);
    values.push(String(upper.key[0]));
  }
  const from = `FROM "${rowsOf(table)}" AS entry`;
  return query(what.replace("rows.", "entry."), from, where, values, range, ["entry.key"]);
}

function byIndex(what: string, table: RowTable<object, string> | BytesTable, range: Range<string>): Query {
  const number = numberOf(table, range.by);
  const { lower, upper } = boundsOf(range);
  const where = ["entry.place >= ?", "entry.place < ?"];
  const values = [
    lower === undefined ? Uint8Array.of(number) : placeOf(number, lower),
    upper === undefined ? Uint8Array.of(number + 1) : placeOf(number, upper),
  ];
  const join = what.startsWith("rows.") ? ` JOIN "${rowsOf(table)}" AS rows ON rows.key = entry.key` : "";
  const from = `FROM "${entriesOf(table)}" AS entry${join}`;
  return query(what, from, where, values, range, ["entry.place", "entry.key"]);
}

function query(
  what: string,
  from: string,
  where: readonly string[],
  values: readonly Value[],
  { reverse, limit }: Range<string>,
  order: readonly string[],
): Query {
  const condition = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  const ordered = order.map((column) => (reverse === true ? `${column} DESC` : column)).join(", ");
  const isCount = what.startsWith("COUNT");
  const select = `SELECT ${isCount ? "1" : what} ${from}${condition} ORDER BY ${ordered} LIMIT ?`;
  return {
    text: isCount ? `SELECT ${what} FROM (${select})` : select,
    values: [...values, limit ?? -1],
  };
}

/** Which of a table's indexes it is: the first byte of its entries. */
function numberOf(table: RowTable<object, string> | BytesTable, by: string | undefined): number {
  return table.kind === "rows" && by !== undefined ? Object.keys(table.indexes).indexOf(by) : 0;
}

function placeOf(number: number, { key, isBeyond }: KeyPlace): Uint8Array {
  return Buffer.concat([Uint8Array.of(number), encodeKey(key), ...(isBeyond ? [beyondAll] : [])]);
}

export function writerOver(
  connection: Connection,
  known: readonly AnyTable[],
  scope: readonly AnyTable[],
  notes: ChangeNotes,
): LocalWriter {
  const { prepare } = connection;
  const check = (table: AnyTable) => checkScope(table, known, scope);
  return {
    ...readerOver(connection, known, scope),
    async put(table, rows) {
      check(table);
      for (const row of rows) putRow(connection, table, row);
      notes.note(
        table,
        rows.map((row) => table.keyOf(row)),
      );
    },
    async putBytes(table, key, bytes) {
      check(table);
      checkRowKey(key);
      prepare(upsert(table)).run(key, bytes);
      notes.note(table, [key]);
    },
    async remove(table, keys) {
      check(table);
      for (const key of keys) {
        if (table.kind === "rows") dropEntries(connection, table, key, new Set());
        prepare(`DELETE FROM "${rowsOf(table)}" WHERE key = ?`).run(key);
      }
      notes.note(table, keys);
    },
    async clear(table) {
      check(table);
      prepare(`DELETE FROM "${rowsOf(table)}"`).run();
      if (table.kind === "rows") prepare(`DELETE FROM "${entriesOf(table)}"`).run();
      notes.noteAll(table);
    },
  };
}

/** Puts a row and what its indexes find it by. */
export function putRow<Row extends object>(
  connection: Connection,
  table: RowTable<Row, string>,
  row: Row,
): void {
  const key = table.keyOf(row);
  checkRowKey(key);
  const wanted = entriesFor(table, row);
  const missing = dropEntries(connection, table, key, wanted);
  const insert = connection.prepare(`INSERT INTO "${entriesOf(table)}" (place, key) VALUES (?, ?)`);
  for (const place of missing) insert.run(Buffer.from(place, "latin1"), key);
  connection.prepare(upsert(table)).run(key, JSON.stringify(row));
}

/** Drops the entries of the row of this key but for those that are wanted, and gives those that are missing. */
function dropEntries(
  { prepare }: Connection,
  table: RowTable<object, string>,
  key: string,
  wanted: ReadonlySet<string>,
): ReadonlySet<string> {
  const before = prepare(`SELECT value FROM "${rowsOf(table)}" WHERE key = ?`).get(key);
  if (before === undefined) return wanted;
  const missing = new Set(wanted);
  const drop = prepare(`DELETE FROM "${entriesOf(table)}" WHERE place = ? AND key = ?`);
  for (const place of entriesFor(table, checkRow(table, parse(before.value)))) {
    if (!missing.delete(place)) drop.run(Buffer.from(place, "latin1"), key);
  }
  return missing;
}

/** The places of a row in the indexes, their bytes as letters, so that they can be compared. */
function entriesFor<Row extends object>(table: RowTable<Row, string>, row: Row): Set<string> {
  return new Set(
    Object.entries<{ keysOf(row: Row): readonly IndexKey[] }>(table.indexes).flatMap(([, index], number) =>
      index
        .keysOf(row)
        .map((key) => Buffer.concat([Uint8Array.of(number), encodeKey(key)]).toString("latin1")),
    ),
  );
}

function upsert(table: AnyTable): string {
  return `INSERT INTO "${rowsOf(table)}" (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
}

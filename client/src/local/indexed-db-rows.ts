/** Rows and bytes in IndexedDB: what a transaction reads and writes of them. */
import type { ChangeNotes } from "./change-hub.ts";
import {
  type IdbDatabase,
  type IdbEnd,
  type IdbObjectStore,
  type IdbQuery,
  type IdbReadable,
  type IdbTransaction,
  keyRange,
  lastRecords,
  resultOf,
} from "./indexed-db.ts";
import { boundsOf, checkRowKey, isEmpty, type KeyPlace } from "./key-order.ts";
import type { LocalReader, LocalWriter, Range } from "./local-store.ts";
import { checkIndex, checkRow, checkScope } from "./scope.ts";
import type { AnyTable, BytesTable, IndexKey, RowTable } from "./table.ts";

/**
 * How a row is stored. An index of IndexedDB takes several keys of one row only from an array that stands in it, whose
 * elements may be keys of several parts.
 */
interface StoredRecord {
  row: unknown;
  found: Readonly<Record<string, readonly IndexKey[]>>;
}

export function createTable(database: IdbDatabase, table: AnyTable): void {
  const store = database.createObjectStore(table.name);
  if (table.kind === "bytes") return;
  for (const name of Object.keys(table.indexes)) {
    store.createIndex(name, `found.${name}`, { multiEntry: true });
  }
}

/** Undefined for what is none. */
export function recordOf(value: unknown): { row: unknown } | undefined {
  return typeof value === "object" && value !== null && "row" in value ? value : undefined;
}

export function putRecord<Row extends object>(
  store: IdbObjectStore,
  table: RowTable<Row, string>,
  row: Row,
): ReturnType<IdbObjectStore["put"]> {
  const key = table.keyOf(row);
  checkRowKey(key);
  const found = Object.entries<RowTable<Row, string>["indexes"][string]>(table.indexes).map(
    ([name, index]) => [name, index.keysOf(row)] as const,
  );
  const record: StoredRecord = { row, found: Object.fromEntries(found) };
  return store.put(record, key);
}

export function idbReader(transaction: IdbTransaction, scope: readonly AnyTable[]): LocalReader {
  const storeOf = (table: AnyTable): IdbObjectStore => {
    checkScope(table, scope);
    return transaction.objectStore(table.name);
  };
  const select = (table: RowTable<object, string> | BytesTable, range: Range<string>): Stretch => {
    const store = storeOf(table);
    checkIndex(table, range.by);
    const { limit = Number.POSITIVE_INFINITY, reverse = false } = range;
    const bounds = boundsOf(range);
    const isNothing = limit <= 0 || isEmpty(bounds);
    const source = range.by === undefined ? store : store.index(range.by);
    const endOf = range.by === undefined ? rowKeyEnd : indexKeyEnd;
    const query = isNothing ? undefined : keyRange(endOf(bounds.lower, false), endOf(bounds.upper, true));
    return { source, query, limit, reverse, isNothing };
  };
  const rowIn = <Row extends object>(table: RowTable<Row, string>, value: unknown): Row =>
    checkRow(table, recordOf(value)?.row);
  const getRow = async <Row extends object>(table: RowTable<Row, string>, key: string) => {
    const value = await resultOf(storeOf(table).get(key));
    return value === undefined ? undefined : rowIn(table, value);
  };
  return {
    get: getRow,
    getMany: (table, keys) => Promise.all(keys.map((key) => getRow(table, key))),
    async list(table, range = {}) {
      const values = await valuesIn(select(table, range));
      return values.map((value) => rowIn(table, value));
    },
    async keys(table, range = {}) {
      const keys = await keysIn(select(table, range));
      return keys.map(String);
    },
    async count(table, range = {}) {
      const { source, query, limit, isNothing } = select(table, range);
      return isNothing ? 0 : Math.min(limit, await resultOf(source.count(query)));
    },
    async getBytes(table, key) {
      const value = await resultOf(storeOf(table).get(key));
      return value instanceof Uint8Array ? value : undefined;
    },
  };
}

/** What a range selects. */
interface Stretch {
  source: IdbReadable;
  query: IdbQuery;
  limit: number;
  reverse: boolean;
  isNothing: boolean;
}

async function valuesIn({ source, query, limit, reverse, isNothing }: Stretch): Promise<unknown[]> {
  if (isNothing) return [];
  if (!reverse) return resultOf(source.getAll(query, countOf(limit)));
  return (await lastRecords(source, query, limit)).map(({ value }) => value);
}

async function keysIn({ source, query, limit, reverse, isNothing }: Stretch): Promise<unknown[]> {
  if (isNothing) return [];
  if (!reverse) return resultOf(source.getAllKeys(query, countOf(limit)));
  return (await lastRecords(source, query, limit)).map(({ primaryKey }) => primaryKey);
}

function countOf(limit: number): number | undefined {
  return Number.isFinite(limit) ? limit : undefined;
}

/** Of an index, whose keys are arrays: beyond all that begin with a key is where that key goes on with an array. */
function indexKeyEnd(place: KeyPlace | undefined, isUpper: boolean): IdbEnd | undefined {
  return place && { key: place.isBeyond ? [...place.key, []] : place.key, isOpen: isUpper };
}

/** Of rows' own keys, which are texts. */
function rowKeyEnd(place: KeyPlace | undefined, isUpper: boolean): IdbEnd | undefined {
  const [key] = place?.key ?? [];
  return place && key !== undefined ? { key, isOpen: place.isBeyond !== isUpper } : undefined;
}

export function idbWriter(
  transaction: IdbTransaction,
  scope: readonly AnyTable[],
  notes: ChangeNotes,
): LocalWriter {
  const storeOf = (table: AnyTable): IdbObjectStore => {
    checkScope(table, scope);
    return transaction.objectStore(table.name);
  };
  return {
    ...idbReader(transaction, scope),
    async put(table, rows) {
      const store = storeOf(table);
      // One that fails ends the transaction, so the last is enough to wait for.
      const requests = rows.map((row) => putRecord(store, table, row));
      notes.note(
        table,
        rows.map((row) => table.keyOf(row)),
      );
      await doneWith(requests.at(-1));
    },
    async putBytes(table, key, bytes) {
      checkRowKey(key);
      notes.note(table, [key]);
      // Of a part of something larger all would be stored.
      await doneWith(storeOf(table).put(bytes.slice(), key));
    },
    async remove(table, keys) {
      const store = storeOf(table);
      const requests = keys.map((key) => store.delete(key));
      notes.note(table, keys);
      await doneWith(requests.at(-1));
    },
    async clear(table) {
      notes.noteAll(table);
      await doneWith(storeOf(table).clear());
    },
  };
}

async function doneWith(request: ReturnType<IdbObjectStore["put"]> | undefined): Promise<void> {
  if (request !== undefined) await resultOf(request);
}

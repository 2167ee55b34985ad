/** A place in memory, for tests and for who wants nothing kept. What it holds is there until the program ends. */
import { type ChangeHub, type ChangeNotes, changeHub, changeNotes } from "./change-hub.ts";
import { boundsOf, checkRowKey, compareKeys, comparePlace } from "./key-order.ts";
import {
  type LocalPlace,
  type LocalReader,
  type LocalSchema,
  type LocalStore,
  LocalStoreError,
  type LocalWriter,
  type Range,
} from "./local-store.ts";
import { checkIndex, checkRow, checkScope } from "./scope.ts";
import type { AnyTable, BytesTable, IndexKey, RowTable } from "./table.ts";
import { turns } from "./turns.ts";

/** A row as JSON, so that nobody holds what is kept, and by index where it is found. */
interface KeptRow {
  readonly json: string;
  readonly found: ReadonlyMap<string, readonly IndexKey[]>;
}

interface TableData {
  readonly rows: Map<string, KeptRow | Uint8Array>;
  /** By index, its entries in order; made when first asked for. */
  readonly orders: Map<string, Entry[]>;
}

interface Entry {
  at: IndexKey;
  key: string;
}

type State = Map<string, TableData>;

interface Kept {
  version: number;
  state: State;
}

/** What a place in memory shares with all that is open there. */
interface Shared {
  kept: Kept | undefined;
  readonly hub: ChangeHub;
  readonly inTurn: ReturnType<typeof turns>;
  /** Ends what is open. */
  readonly open: Set<() => void>;
}

export function memoryPlace(): LocalPlace {
  const shared: Shared = { kept: undefined, hub: changeHub(), inTurn: turns(), open: new Set() };
  return {
    open: async (schema) => {
      const { version } = shared.kept ?? schema;
      if (version > schema.version) throw new LocalStoreError("newer");
      if (shared.kept === undefined || version < schema.version) {
        closeAll(shared);
        shared.kept = { version: schema.version, state: newState(schema, shared.kept?.state) };
      }
      return openMemory(shared, shared.kept, schema.tables);
    },
    async remove() {
      closeAll(shared);
      shared.kept = undefined;
    },
  };
}

function closeAll({ open }: Shared): void {
  for (const close of open) close();
  open.clear();
}

function newState({ tables }: LocalSchema, before: State | undefined): State {
  return new Map(
    tables.map((table) => {
      const rows = new Map(table.isKept ? before?.get(table.name)?.rows : undefined);
      if (table.kind === "rows") {
        for (const [key, row] of rows) {
          const value: unknown = row instanceof Uint8Array ? undefined : JSON.parse(row.json);
          if (table.matches(value)) rows.set(key, keptRow(table, value));
          else rows.delete(key);
        }
      }
      return [table.name, { rows, orders: new Map() }];
    }),
  );
}

function openMemory(shared: Shared, kept: Kept, known: readonly AnyTable[]): LocalStore {
  let isOpen = true;
  const endings: (() => void)[] = [];
  const close = () => {
    isOpen = false;
    for (const end of endings.splice(0)) end();
  };
  shared.open.add(close);
  const current = (): State => {
    if (!isOpen) throw new LocalStoreError("closed");
    return kept.state;
  };
  return {
    ...readerOf(current, known),
    async read(tables, work) {
      const state = current();
      return work(readerOf(() => state, known, tables));
    },
    write: (tables, work) =>
      shared.inTurn(async () => {
        const state = current();
        const notes = changeNotes();
        const next = new Map(state);
        for (const { name } of tables) {
          const data = state.get(name);
          if (data !== undefined) next.set(name, { rows: new Map(data.rows), orders: new Map() });
        }
        const result = await beforeAnythingElse(work(writerOf(next, known, tables, notes)));
        current();
        kept.state = next;
        const change = notes.change();
        if (change !== undefined) shared.hub.tell(change);
        return result;
      }),
    subscribe(tables, listener) {
      const end = shared.hub.subscribe(tables, listener);
      endings.push(end);
      return end;
    },
    async close() {
      shared.open.delete(close);
      close();
    },
  };
}

/** What waits for something else than the writer works here and loses its transaction in a browser: so it fails here. */
async function beforeAnythingElse<Result>(work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const other = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error("A transaction waits for something else than its writer.")), 0);
  });
  return Promise.race([work, other]).finally(() => clearTimeout(timer));
}

function readerOf(
  current: () => State,
  known: readonly AnyTable[],
  scope: readonly AnyTable[] = known,
): LocalReader {
  const dataOf = (table: AnyTable): TableData => {
    checkScope(table, known, scope);
    return current().get(table.name) ?? { rows: new Map(), orders: new Map() };
  };
  const rowOf = <Row extends object>(table: RowTable<Row, string>, key: string): Row | undefined => {
    const row = dataOf(table).rows.get(key);
    return row === undefined || row instanceof Uint8Array ? undefined : checkRow(table, JSON.parse(row.json));
  };
  const keysIn = (table: RowTable<object, string> | BytesTable, range: Range<string> = {}): string[] =>
    cut(orderOf(table, dataOf(table), range.by), range).map(({ key }) => key);
  return {
    get: async (table, key) => rowOf(table, key),
    getMany: async (table, keys) => keys.map((key) => rowOf(table, key)),
    list: async (table, range) =>
      keysIn(table, range).flatMap((key) => {
        const row = rowOf(table, key);
        return row === undefined ? [] : [row];
      }),
    keys: async (table, range) => keysIn(table, range),
    count: async (table, range) => keysIn(table, range).length,
    async getBytes(table, key) {
      const bytes = dataOf(table).rows.get(key);
      return bytes instanceof Uint8Array ? bytes.slice() : undefined;
    },
  };
}

function writerOf(
  state: State,
  known: readonly AnyTable[],
  scope: readonly AnyTable[],
  notes: ChangeNotes,
): LocalWriter {
  const change = (table: AnyTable): TableData["rows"] => {
    checkScope(table, known, scope);
    const data = state.get(table.name);
    data?.orders.clear();
    return data?.rows ?? new Map();
  };
  return {
    ...readerOf(() => state, known, scope),
    async put(table, rows) {
      const kept = change(table);
      for (const row of rows) {
        const key = table.keyOf(row);
        checkRowKey(key);
        kept.set(key, keptRow(table, row));
        notes.note(table, [key]);
      }
    },
    async putBytes(table, key, bytes) {
      checkRowKey(key);
      change(table).set(key, bytes.slice());
      notes.note(table, [key]);
    },
    async remove(table, keys) {
      const kept = change(table);
      for (const key of keys) kept.delete(key);
      notes.note(table, keys);
    },
    async clear(table) {
      change(table).clear();
      notes.noteAll(table);
    },
  };
}

function keptRow<Row extends object>(table: RowTable<Row, string>, row: Row): KeptRow {
  const found = Object.entries(table.indexes).map(([name, index]) => [name, index.keysOf(row)] as const);
  return { json: JSON.stringify(row), found: new Map(found) };
}

function orderOf(table: RowTable<object, string> | BytesTable, data: TableData, by = ""): Entry[] {
  const known = data.orders.get(by);
  if (known !== undefined) return known;
  checkIndex(table, by);
  const entries = [...data.rows].flatMap(([key, row]) => {
    if (by === "" || row instanceof Uint8Array) return [{ at: [key], key }];
    return (row.found.get(by) ?? []).map((at) => ({ at, key }));
  });
  entries.sort((a, b) => compareKeys(a.at, b.at) || (a.key < b.key ? -1 : 1));
  data.orders.set(by, entries);
  return entries;
}

function cut(order: readonly Entry[], range: Range<string>): readonly Entry[] {
  const { lower, upper } = boundsOf(range);
  const start = lower === undefined ? 0 : firstBeyond(order, (at) => comparePlace(at, lower) > 0);
  const end = upper === undefined ? order.length : firstBeyond(order, (at) => comparePlace(at, upper) > 0);
  const limit = range.limit ?? order.length;
  if (range.reverse !== true) return order.slice(start, Math.min(end, start + limit));
  return order.slice(Math.max(start, end - limit), Math.max(start, end)).reverse();
}

/** How many entries come before the first that lies beyond. */
function firstBeyond(order: readonly Entry[], isBeyond: (at: IndexKey) => boolean): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = order[middle];
    if (entry !== undefined && isBeyond(entry.at)) high = middle;
    else low = middle + 1;
  }
  return low;
}

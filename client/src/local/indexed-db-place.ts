/** Mail kept in a browser's IndexedDB, which all tabs of an origin share. */
import { changeHub, changeNotes, findChange } from "./change-hub.ts";
import {
  findIndexedDb,
  type IdbDatabase,
  type IdbOpenRequest,
  type IdbTransaction,
  resultOf,
} from "./indexed-db.ts";
import { createTable, idbReader, idbWriter, putRecord, recordOf } from "./indexed-db-rows.ts";
import {
  type LocalPlace,
  type LocalReader,
  type LocalSchema,
  type LocalStore,
  LocalStoreError,
  type LocalStoreFault,
} from "./local-store.ts";
import type { AnyTable } from "./table.ts";
import type { Channel, Tabs } from "./tabs.ts";

/** `name` is the database's; the tabs tell each other of changes on a channel of that name. */
export function indexedDbPlace(name: string, tabs: Tabs): LocalPlace {
  const open = new Set<() => void>();
  return {
    async open(schema) {
      const database = await orFault(() => openDatabase(name, schema));
      const store = openStore(database, tabs.openChannel(name));
      open.add(store.closeNow);
      const { closeNow, ...others } = store;
      return {
        ...others,
        async close() {
          open.delete(closeNow);
          closeNow();
        },
      };
    },
    async remove() {
      for (const closeNow of open) closeNow();
      open.clear();
      await orFault(async () => resultOf(getIndexedDb().deleteDatabase(name)));
    },
  };
}

function getIndexedDb() {
  const found = findIndexedDb();
  if (found === undefined) throw new LocalStoreError("unavailable");
  return found;
}

async function openDatabase(name: string, schema: LocalSchema): Promise<IdbDatabase> {
  const request = getIndexedDb().open(name, schema.version);
  let carryingOver: Promise<void> | undefined;
  request.onupgradeneeded = () => {
    carryingOver = makeAnew(request, schema);
    // What fails there ends the upgrade, and so the request.
    carryingOver.catch(() => request.transaction?.abort());
  };
  try {
    return await resultOf(request);
  } catch (error) {
    // Which says more than that the upgrade was ended.
    await carryingOver;
    throw error;
  }
}

/** Within the transaction of an upgrade, so all or nothing. */
async function makeAnew(
  { result: database, transaction }: IdbOpenRequest,
  { tables }: LocalSchema,
): Promise<void> {
  if (transaction === null) return;
  const names = new Set(database.objectStoreNames);
  const known = tables.filter((table) => table.isKept && names.has(table.name));
  // Bytes are found by their keys alone, so they stay where they are, however many.
  const stays = new Set(known.filter(({ kind }) => kind === "bytes").map(({ name }) => name));
  const kept = known.filter(({ name }) => !stays.has(name));
  const rows = kept.map((table) => ({
    table,
    values: resultOf(transaction.objectStore(table.name).getAll()),
  }));
  const found = await Promise.all(rows.map(async ({ table, values }) => ({ table, values: await values })));
  for (const name of names) if (!stays.has(name)) database.deleteObjectStore(name);
  for (const table of tables) if (!stays.has(table.name)) createTable(database, table);
  for (const { table, values } of found) {
    for (const value of values) carryOver(transaction, table, value);
  }
}

/** What a table no longer takes is left behind. */
function carryOver(transaction: IdbTransaction, table: AnyTable, value: unknown): void {
  const row = recordOf(value)?.row;
  if (table.kind === "rows" && table.matches(row)) putRecord(transaction.objectStore(table.name), table, row);
}

type OpenedStore = Omit<LocalStore, "close"> & { closeNow(): void };

function openStore(database: IdbDatabase, channel: Channel): OpenedStore {
  const hub = changeHub();
  let isOpen = true;
  const closeNow = () => {
    if (!isOpen) return;
    isOpen = false;
    channel.close();
    database.close();
  };
  // Another tab makes it anew, or the browser has taken it away.
  database.onversionchange = closeNow;
  database.onclose = closeNow;
  channel.listen((message) => {
    const change = findChange(message);
    if (change !== undefined) hub.tell(change);
  });

  async function transact<Result>(
    scope: readonly AnyTable[],
    mode: "readonly" | "readwrite",
    work: (transaction: IdbTransaction) => Promise<Result>,
    isDurable = false,
  ): Promise<Result> {
    if (!isOpen) throw new LocalStoreError("closed");
    return orFault(async () => {
      const names = scope.map(({ name }) => name);
      const transaction = database.transaction(names, mode, { durability: isDurable ? "strict" : "relaxed" });
      const ended = endOf(transaction);
      try {
        const result = await work(transaction);
        await ended;
        return result;
      } catch (error) {
        abort(transaction);
        // Why the browser has ended it says more than the request that found it ended.
        await ended.catch((reason: unknown) => {
          if (reason !== null) throw reason;
        });
        throw error;
      }
    });
  }

  const readOne = <Result>(table: AnyTable, step: (reader: LocalReader) => Promise<Result>) =>
    transact([table], "readonly", (transaction) => step(idbReader(transaction, [table])));
  return {
    get: (table, key) => readOne(table, (reader) => reader.get(table, key)),
    getMany: (table, keys) => readOne(table, (reader) => reader.getMany(table, keys)),
    list: (table, range) => readOne(table, (reader) => reader.list(table, range)),
    keys: (table, range) => readOne(table, (reader) => reader.keys(table, range)),
    count: (table, range) => readOne(table, (reader) => reader.count(table, range)),
    getBytes: (table, key) => readOne(table, (reader) => reader.getBytes(table, key)),
    read: (scope, work) => transact(scope, "readonly", (transaction) => work(idbReader(transaction, scope))),
    async write(scope, work, { durable = false } = {}) {
      const notes = changeNotes();
      const result = await transact(
        scope,
        "readwrite",
        (transaction) => work(idbWriter(transaction, scope, notes)),
        durable,
      );
      const change = notes.change();
      if (change !== undefined) {
        hub.tell(change);
        channel.post(change);
      }
      return result;
    },
    subscribe: (scope, listener) => hub.subscribe(scope, listener),
    closeNow,
  };
}

/** Rejects with the transaction's error when it does not come to its end, null when the program has ended it. */
function endOf(transaction: IdbTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** What the browser has ended already is left as it is. */
function abort(transaction: IdbTransaction): void {
  try {
    transaction.abort();
  } catch (error) {
    if (!(error instanceof Error && error.name === "InvalidStateError")) throw error;
  }
}

async function orFault<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    const fault = error instanceof Error ? faults.get(error.name) : undefined;
    throw fault === undefined ? error : new LocalStoreError(fault, error);
  }
}

/** By the names of the exceptions of IndexedDB. */
const faults: ReadonlyMap<string, LocalStoreFault> = new Map([
  ["QuotaExceededError", "full"],
  ["VersionError", "newer"],
  ["InvalidStateError", "closed"],
  ["SecurityError", "unavailable"],
  ["UnknownError", "damaged"],
  ["NotReadableError", "damaged"],
]);

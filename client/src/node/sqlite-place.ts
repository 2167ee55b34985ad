/**
 * Mail kept in a file of SQLite: for programs. What a commit has written is there after the program ends, however it
 * ends; after a power cut too when it was asked to be durable.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { type ChangeHub, changeHub, changeNotes } from "../local/change-hub.ts";
import {
  type LocalPlace,
  type LocalSchema,
  type LocalStore,
  LocalStoreError,
  type LocalStoreFault,
} from "../local/local-store.ts";
import type { AnyTable } from "../local/table.ts";
import type { Tabs } from "../local/tabs.ts";
import { turns } from "../local/turns.ts";
import { programTabs } from "./program-tabs.ts";
import {
  type Connection,
  connectionOf,
  creationOf,
  putRow,
  readerOver,
  rowsOf,
  writerOver,
} from "./sqlite-rows.ts";

const waitForOthersMs = 5_000;
const askAgainMs = 5;
/** “PhLs”: a file of another program is not taken for one of ours. */
const applicationId = 0x50684c73;

interface SqlitePlace extends LocalPlace {
  /** Between all programs that open the file: what one at a time does for all, such as reading from the server. */
  readonly tabs: Tabs;
}

/** The file is made, readable to its owner alone, when the place is first opened; others stand beside it. */
export function sqlitePlace(path: string): SqlitePlace {
  const [hub, writeInTurn] = [changeHub(), turns()];
  const open = new Set<() => void>();
  return {
    tabs: programTabs(dirname(path)),
    async open(schema) {
      const store = await openSqliteStore(path, schema, { hub, writeInTurn }).catch((error: unknown) => {
        throw faultOf(error);
      });
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
      for (const name of [path, `${path}-wal`, `${path}-shm`]) await rm(name, { force: true });
    },
  };
}

type SqliteStore = Omit<LocalStore, "close"> & { closeNow(): void };

/** What all that is open at one place shares. */
interface Shared {
  hub: ChangeHub;
  writeInTurn: ReturnType<typeof turns>;
}

async function openSqliteStore(
  path: string,
  schema: LocalSchema,
  { hub, writeInTurn }: Shared,
): Promise<SqliteStore> {
  const connections: Connection[] = [];
  const connect = (): Connection => {
    const connection = connectionOf(openDatabase(path));
    connections.push(connection);
    return connection;
  };
  const closeAll = () => {
    for (const { database } of connections.splice(0)) database.close();
  };
  const writer = connect();
  try {
    await makeFit(writer, schema);
  } catch (error) {
    closeAll();
    throw error;
  }
  const { tables, version } = schema;
  const reader = connect();
  /** Only for what reads one state, so that others see what is new meanwhile. */
  const snapshots = connect();
  let isOpen = true;
  const explain = (error: unknown): unknown => {
    if (!isOpen) return new LocalStoreError("closed", error);
    const explained = faultOf(error);
    const isDamaged = explained instanceof LocalStoreError && explained.fault === "damaged";
    return isDamaged && isNewer(writer, version) ? new LocalStoreError("newer", error) : explained;
  };
  const guarded = async <Result>(step: () => Promise<Result>): Promise<Result> => {
    if (!isOpen) throw new LocalStoreError("closed");
    try {
      return await step();
    } catch (error) {
      throw explain(error);
    }
  };
  const readInTurn = turns();
  const plain = readerOver(reader, tables);
  const endings: (() => void)[] = [];
  return {
    get: (table, key) => guarded(() => plain.get(table, key)),
    getMany: (table, keys) => guarded(() => plain.getMany(table, keys)),
    list: (table, range) => guarded(() => plain.list(table, range)),
    keys: (table, range) => guarded(() => plain.keys(table, range)),
    count: (table, range) => guarded(() => plain.count(table, range)),
    getBytes: (table, key) => guarded(() => plain.getBytes(table, key)),
    read: (scope, work) =>
      readInTurn(() =>
        guarded(() => {
          snapshots.database.exec("BEGIN");
          return transact(snapshots, () => work(readerOver(snapshots, tables, scope)));
        }),
      ),
    write: (scope, work, { durable = false } = {}) =>
      writeInTurn(async () => {
        const notes = changeNotes();
        const result = await guarded(async () => {
          writer.database.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`);
          await beginWriting(writer);
          return transact(writer, async () => {
            if (isNewer(writer, version)) throw new LocalStoreError("newer");
            return work(writerOver(writer, tables, scope, notes));
          });
        });
        const change = notes.change();
        if (change !== undefined) hub.tell(change);
        return result;
      }),
    subscribe(scope, listener) {
      const end = hub.subscribe(scope, listener);
      endings.push(end);
      return end;
    },
    closeNow() {
      isOpen = false;
      for (const end of endings.splice(0)) end();
      closeAll();
    },
  };
}

function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path, { timeout: waitForOthersMs });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the tables of this version where they are not there, or are another version's. */
async function makeFit(writer: Connection, schema: LocalSchema): Promise<void> {
  if (pragma(writer, "user_version") === schema.version && pragma(writer, "application_id") === applicationId)
    return;
  const { database } = writer;
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = pragma(writer, "user_version");
    if (version > schema.version) throw new LocalStoreError("newer");
    if (version !== schema.version) makeAnew(writer, schema);
    database.exec(
      `PRAGMA user_version = ${schema.version}; PRAGMA application_id = ${applicationId}; COMMIT`,
    );
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function makeAnew({ database, prepare }: Connection, { tables }: LocalSchema): void {
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name));
  const kept = tables.filter((table) => table.isKept && names.includes(rowsOf(table)));
  for (const table of kept) database.exec(`ALTER TABLE "${rowsOf(table)}" RENAME TO "${before(table)}"`);
  const staying = new Set(kept.map(rowsOf));
  for (const name of names) if (!staying.has(name)) database.exec(`DROP TABLE "${name}"`);
  for (const statement of tables.flatMap(creationOf)) database.exec(statement);
  const connection = { database, prepare };
  for (const table of kept) {
    carryOver(connection, table);
    database.exec(`DROP TABLE "${before(table)}"`);
  }
}

function before(table: AnyTable): string {
  return `${table.name}_before`;
}

/** What a table no longer takes is left behind. */
function carryOver(connection: Connection, table: AnyTable): void {
  if (table.kind === "bytes") {
    connection.database.exec(`INSERT INTO "${rowsOf(table)}" SELECT key, value FROM "${before(table)}"`);
    return;
  }
  for (const { value } of connection.database.prepare(`SELECT value FROM "${before(table)}"`).all()) {
    const row: unknown = JSON.parse(String(value));
    if (table.matches(row)) putRow(connection, table, row);
  }
}

function isNewer(writer: Connection, version: number): boolean {
  try {
    return pragma(writer, "user_version") !== version;
  } catch {
    return false;
  }
}

function pragma({ prepare }: Connection, name: string): number {
  return Number(Object.values(prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

/** Waits without holding up the program, for the one who writes may be in it. */
async function beginWriting({ database }: Connection): Promise<void> {
  database.exec("PRAGMA busy_timeout = 0");
  for (let waitedMs = 0; ; waitedMs += askAgainMs) {
    try {
      database.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      const isBusy = codeOf(error) === busyCode;
      if (!isBusy || waitedMs >= waitForOthersMs) throw error;
    }
    await wait(askAgainMs);
  }
}

/** Ends the transaction that was begun: with its changes, or without when `work` fails. */
async function transact<Result>({ database }: Connection, work: () => Promise<Result>): Promise<Result> {
  try {
    const result = await work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // A failure may have ended the transaction already, and so may who has closed the store.
    if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** By the primary codes of SQLite (https://sqlite.org/rescode.html). */
const busyCode = 5;
const faults: ReadonlyMap<number, LocalStoreFault> = new Map([
  [busyCode, "busy"],
  [6, "busy"],
  [8, "unavailable"],
  [10, "damaged"],
  [11, "damaged"],
  [13, "full"],
  [14, "unavailable"],
  [26, "damaged"],
]);

function faultOf(error: unknown): unknown {
  const fault = faults.get(codeOf(error) ?? 0);
  return fault === undefined ? error : new LocalStoreError(fault, error);
}

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error && "errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

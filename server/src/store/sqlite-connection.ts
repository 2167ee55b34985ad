/** Connections to the embedded database: opened with the settings that keep the promise, and what their errors mean. */
import { DatabaseSync } from "node:sqlite";

/** SQLite before this can corrupt a database when the WAL is reset (fixed in 3.51.3). */
const oldestSafeSqlite = [3, 51, 3] as const;
const waitForLockMs = 10_000;
const primaryCode = 0xff;
const codes = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
/** The two refusals of a disk that come as I/O errors although it only takes no more: a quota, and no room for the index of the WAL. */
const refusedWrites: readonly number[] = [codes.ioError | (3 << 8), codes.ioError | (19 << 8)];

/** What an error of the driver means for the store. `statement` is about the statement alone. */
export type SqliteFault = "full" | "untrusted" | "statement";

export function faultOf(error: unknown): SqliteFault {
  const code = codeOf(error);
  if (code === undefined) return "statement";
  if (code === codes.full || refusedWrites.includes(code)) return "full";
  const primary = code & primaryCode;
  const untrusted = [codes.ioError, codes.corrupt, codes.notADatabase, codes.readOnly, codes.cannotOpen];
  return untrusted.includes(primary) ? "untrusted" : "statement";
}

/**
 * Durability is set, not assumed: `synchronous=FULL` after WAL and read back, because the driver's default issued no
 * fsync at all when measured (docs/decisions/0003). Throws a sentence for the operator.
 */
export function openConnection(path: string): DatabaseSync {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: waitForLockMs });
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec("PRAGMA synchronous = FULL");
    connection.exec("PRAGMA mmap_size = 0");
    connection.exec("PRAGMA temp_store = MEMORY");
    refuseUnsafe(connection);
    return connection;
  } catch (error) {
    connection?.close();
    throw explained(path, error);
  }
}

/**
 * Keeps every other process, and every other store of this one, from the database until it is closed or the process
 * ends however it ends. An embedded database has one server: a second would take its leases away.
 */
export function lockDatabase(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}-lock`, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (((codeOf(error) ?? 0) & primaryCode) !== codes.busy) throw error;
    throw new Error(`The database ${path} is in use by another Posthorn server. Stop that one first.`);
  }
}

/** True for versions without the WAL-reset bug. */
export function isSafeVersion(version: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, least] of oldestSafeSqlite.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function refuseUnsafe(connection: DatabaseSync): void {
  const read = (pragma: string) => Object.values(connection.prepare(pragma).get() ?? {})[0];
  const version = String(read("SELECT sqlite_version()"));
  if (!isSafeVersion(version)) {
    throw new Error(
      `SQLite ${version} can corrupt a database under load. Posthorn needs 3.51.3 or newer: use the Node it is installed with.`,
    );
  }
  if (read("PRAGMA synchronous") !== 2) {
    throw new Error(
      "SQLite does not sync every commit to disk here, so mail could be lost. Posthorn will not start.",
    );
  }
  const journal = read("PRAGMA journal_mode");
  if (journal !== "wal") {
    throw new Error(
      `The database file is in journal mode ${String(journal)}; Posthorn needs WAL. Is it on a network disk?`,
    );
  }
}

function explained(path: string, error: unknown): unknown {
  switch ((codeOf(error) ?? 0) & primaryCode) {
    case codes.corrupt:
    case codes.notADatabase:
      return new Error(`${path} is damaged or no database of Posthorn. Put back your last backup.`);
    case codes.cannotOpen:
    case codes.readOnly:
      return new Error(
        `${path} cannot be opened for writing. Who owns it, and is there a folder for it? (${String(error)})`,
      );
    default:
      return error;
  }
}

function codeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

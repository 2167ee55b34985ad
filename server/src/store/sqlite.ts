/**
 * The embedded store. One writer connection, whose commits are shared by every caller that is ready in the same turn
 * of the event loop (group commit), and one reader connection that sees committed data only.
 *
 * Durability is set, not assumed: `synchronous=FULL` after WAL on every connection and read back, because what a driver
 * defaults to is its builder's choice, and one was measured to issue no fsync at all (docs/decisions/0003).
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { fail } from "@posthorn/protocol";
import type { EffectHook } from "../env/env.ts";
import { forSqlite, type Migration } from "./migration.ts";
import type { Db, Row, Sql, Store, Tx } from "./sql.ts";

/** SQLite before this can corrupt a database when the WAL is reset (fixed in 3.51.3). */
const oldestSafeSqlite = [3, 51, 3] as const;
const jobsPerCommit = 512;
const primaryCode = 0xff;
const sqliteFull = 13;
const sqliteIoError = 10;
const sqliteCorrupt = 11;

export interface SqliteOptions {
  path: string;
  effect?: EffectHook;
  /** Called when the disk or the file can no longer be trusted: the process must end (reliability I16). */
  failStop?: (reason: string) => void;
}

interface Job {
  work(tx: Tx): Promise<void>;
  settle(error?: unknown): void;
}

/** Opens the database file, makes it if needed, and refuses a SQLite or a setting that cannot keep the promise. */
export function openSqlite(options: SqliteOptions): SqliteStore {
  return new SqliteStore(options);
}

export class SqliteStore implements Store {
  readonly dialect = "sqlite";
  readonly read: Db;
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;
  readonly #tx: SqliteTx;
  readonly #effect: EffectHook;
  readonly #failStop: (reason: string) => void;
  #jobs: Job[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(options: SqliteOptions) {
    this.#effect = options.effect ?? (() => undefined);
    this.#failStop = options.failStop ?? (() => undefined);
    this.#writer = openConnection(options.path);
    this.#writer.exec("PRAGMA wal_autocheckpoint = 4000");
    this.#reader = openConnection(options.path);
    this.#reader.exec("PRAGMA query_only = ON");
    this.read = new SqliteDb(this.#reader);
    this.#tx = new SqliteTx(this.#writer);
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error("the store is closed"));
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined;
      this.#jobs.push({
        async work(tx) {
          result = { value: await work(tx) };
        },
        settle(error) {
          if (result !== undefined && error === undefined) resolve(result.value);
          else reject(error);
        },
      });
      this.#draining ??= this.#drain();
    });
  }

  /** Runs migrations that have not run yet, each in a transaction of its own with its mark. */
  async migrate(migrations: readonly Migration[]): Promise<void> {
    this.#writer.exec("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)");
    const done = new Set(
      this.#writer
        .prepare("SELECT name FROM migration")
        .all()
        .map((row) => row.name),
    );
    for (const migration of migrations) {
      if (done.has(migration.name)) continue;
      this.#writer.exec("BEGIN IMMEDIATE");
      for (const statement of migration.statements) this.#writer.exec(forSqlite(statement));
      this.#writer.prepare("INSERT INTO migration (name) VALUES (?)").run(migration.name);
      this.#writer.exec("COMMIT");
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    this.#reader.close();
    this.#writer.close();
  }

  async #drain(): Promise<void> {
    while (true) {
      // Let everything that has already arrived join this commit before it begins.
      await new Promise((resolve) => setImmediate(resolve));
      const jobs = this.#jobs.splice(0, jobsPerCommit);
      if (jobs.length === 0) break;
      await this.#commitTogether(jobs);
    }
    this.#draining = undefined;
  }

  async #commitTogether(jobs: readonly Job[]): Promise<void> {
    const kept: Job[] = [];
    this.#tx.begin();
    try {
      this.#writer.exec("BEGIN IMMEDIATE");
      for (const job of jobs) {
        if (await this.#runAlone(job)) kept.push(job);
      }
      this.#effect("store.commit", "before");
      this.#writer.exec("COMMIT");
      this.#effect("store.commit", "after");
    } catch (error) {
      this.#abandon();
      const reason = this.#asOutcome(error);
      for (const job of jobs) job.settle(reason);
      return;
    }
    for (const then of this.#tx.end()) then();
    for (const job of kept) job.settle();
  }

  /** One caller's statements inside the shared transaction; its failure undoes its own statements only. */
  async #runAlone(job: Job): Promise<boolean> {
    this.#writer.exec("SAVEPOINT job");
    const mark = this.#tx.mark();
    try {
      await job.work(this.#tx);
      this.#writer.exec("RELEASE job");
      return true;
    } catch (error) {
      if (isStorageError(error)) throw error;
      this.#tx.undoTo(mark);
      this.#writer.exec("ROLLBACK TO job");
      this.#writer.exec("RELEASE job");
      job.settle(error);
      return false;
    }
  }

  #abandon(): void {
    this.#tx.end();
    if (this.#writer.isTransaction) this.#writer.exec("ROLLBACK");
  }

  #asOutcome(error: unknown): unknown {
    const code = sqliteCode(error);
    if (code === sqliteIoError || code === sqliteCorrupt) this.#failStop(String(error));
    if (code !== sqliteFull) return error;
    try {
      fail("storageFull", "This server's disk is full, so nothing was accepted. Try again later.");
    } catch (problem) {
      return problem;
    }
  }
}

class SqliteDb implements Db {
  readonly dialect = "sqlite";
  readonly #connection: DatabaseSync;
  readonly #prepared = new WeakMap<readonly string[], StatementSync>();

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  async all(query: Sql): Promise<Row[]> {
    return this.prepare(query).all(...query.values);
  }

  async get(query: Sql): Promise<Row | undefined> {
    return this.prepare(query).get(...query.values);
  }

  protected prepare(query: Sql): StatementSync {
    let statement = this.#prepared.get(query.strings);
    if (statement === undefined) {
      statement = this.#connection.prepare(query.strings.join("?"));
      this.#prepared.set(query.strings, statement);
    }
    return statement;
  }
}

class SqliteTx extends SqliteDb implements Tx {
  #hooks: (() => void)[] = [];
  #open = false;

  begin(): void {
    this.#open = true;
  }

  end(): (() => void)[] {
    this.#open = false;
    return this.#hooks.splice(0);
  }

  mark(): number {
    return this.#hooks.length;
  }

  undoTo(mark: number): void {
    this.#hooks.length = mark;
  }

  async run(statement: Sql): Promise<number> {
    if (!this.#open) throw new Error("a finished transaction was used");
    return Number(this.prepare(statement).run(...statement.values).changes);
  }

  afterCommit(then: () => void): void {
    this.#hooks.push(then);
  }
}

function openConnection(path: string): DatabaseSync {
  const connection = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 10_000 });
  connection.exec("PRAGMA journal_mode = WAL");
  connection.exec("PRAGMA synchronous = FULL");
  connection.exec("PRAGMA mmap_size = 0");
  const version = String(connection.prepare("SELECT sqlite_version() AS version").get()?.version);
  if (!isSafeVersion(version)) {
    throw new Error(
      `SQLite ${version} can corrupt a database under load. Posthorn needs 3.51.3 or newer: use the Node it is installed with.`,
    );
  }
  const journal = connection.prepare("PRAGMA journal_mode").get()?.journal_mode;
  const synchronous = connection.prepare("PRAGMA synchronous").get()?.synchronous;
  if (synchronous !== 2)
    throw new Error(
      "SQLite does not sync every commit to disk here, so mail could be lost. Posthorn will not start.",
    );
  if (journal !== "wal" && journal !== "memory")
    throw new Error(
      `The database file is in journal mode ${String(journal)}; Posthorn needs WAL. Is it on a network disk?`,
    );
  return connection;
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

function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & primaryCode : undefined;
}

function isStorageError(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === sqliteFull || code === sqliteIoError || code === sqliteCorrupt;
}

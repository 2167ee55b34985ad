/**
 * The embedded store. One writer connection, whose commits are shared by every caller that is ready in the same turn
 * of the event loop (group commit), and one reader connection that sees committed data only.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ProblemError, problem } from "@posthorn/protocol";
import type { EffectHook, Random } from "../env/env.ts";
import { ChangeFeed, type ChangeListener, ChangeNotes, type NotedChanges } from "./change-feed.ts";
import { beginEpoch, noEpoch } from "./epoch-store.ts";
import { forSqlite, type Migration } from "./migration.ts";
import { type Db, type Epoch, type OpenStore, type Row, type Sql, sql, type Tx } from "./sql.ts";
import { faultOf, lockDatabase, openConnection } from "./sqlite-connection.ts";
import type { StateType } from "./state-type.ts";

/** One commit takes no more than so many callers, and no further one after so many statements: others wait for it. */
const callersPerCommit = 512;
const statementsPerCommit = 4_000;
/** Pages in the WAL before they are moved to the database, 16 MiB, and what the WAL may keep of the disk after that. */
const checkpointPages = 4_000;
const keptWalBytes = 64 * 1024 * 1024;
/** A commit of many messages changes thousands of pages; less memory would write some of them twice. */
const writerCacheKib = 16 * 1024;

export interface SqliteOptions {
  path: string;
  effect?: EffectHook;
  /** Called when the disk or the file can no longer be trusted: the process must end (reliability I16). */
  failStop?: (reason: string) => void;
  /** False lets others open the database too: only for tests, where a store that died still holds it. */
  isAlone?: boolean;
}

interface Caller {
  work(tx: Tx): Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** What came of a caller's statements: they are in the open transaction with these hooks and notes, or undone for this error. */
type Outcome =
  | { caller: Caller; hooks: readonly (() => void)[]; noted: NotedChanges | undefined }
  | { caller: Caller; error: unknown };

/** Opens the database file, makes it if needed, and refuses a SQLite or a setting that cannot keep the promise. */
export function openSqlite(options: SqliteOptions): SqliteStore {
  return new SqliteStore(options);
}

export class SqliteStore implements OpenStore {
  readonly dialect = "sqlite";
  readonly read: Db;
  readonly #lock: DatabaseSync | undefined;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #effect: EffectHook;
  readonly #failStop: (reason: string) => void;
  readonly #feed = new ChangeFeed();
  #epoch = noEpoch;
  #callers: Caller[] = [];
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SqliteOptions) {
    this.#effect = options.effect ?? (() => undefined);
    this.#failStop = options.failStop ?? (() => undefined);
    this.#lock = options.isAlone === false ? undefined : lockDatabase(options.path);
    try {
      this.#writer = new Connection(openConnection(options.path));
      this.#reader = new Connection(openConnection(options.path));
    } catch (error) {
      this.#lock?.close();
      throw error;
    }
    this.#writer.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    this.#writer.exec(`PRAGMA journal_size_limit = ${keptWalBytes}`);
    this.#writer.exec(`PRAGMA cache_size = -${writerCacheKib}`);
    this.#reader.exec("PRAGMA query_only = ON");
    this.read = new SqliteDb(this.#reader, (error) => this.#explain(error));
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(new Error("the store is closed"));
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined;
      this.#callers.push({
        async work(tx) {
          result = { value: await work(tx) };
        },
        resolve() {
          if (result !== undefined) resolve(result.value);
        },
        reject,
      });
      this.#draining ??= this.#drain();
    });
  }

  onChanged(changed: ChangeListener, missed: () => void = () => undefined): () => void {
    return this.#feed.add(changed, missed);
  }

  /** Runs migrations that have not run yet, each in a transaction of its own with its mark. */
  async migrate(migrations: readonly Migration[]): Promise<void> {
    this.#writer.exec("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)");
    const known = new Set(this.#writer.all(sql`SELECT name FROM migration`).map(({ name }) => name));
    for (const migration of migrations) {
      if (known.has(migration.name)) continue;
      try {
        this.#writer.begin();
        for (const statement of migration.statements) this.#writer.exec(forSqlite(statement));
        this.#writer.run(sql`INSERT INTO migration (name) VALUES (${migration.name})`);
        this.#commit();
      } catch (error) {
        this.#writer.rollBack();
        throw this.#explain(error);
      }
    }
  }

  /** What is written from now on belongs to a new epoch of the data. */
  async beginEpoch(random: Pick<Random, "fraction">): Promise<void> {
    this.#epoch = await this.write((tx) => beginEpoch(tx, random));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#draining;
    this.#reader.close();
    this.#writer.close();
    this.#lock?.close();
  }

  async #drain(): Promise<void> {
    while (true) {
      // Let everything that has already arrived join this commit before it begins.
      await new Promise((resolve) => setImmediate(resolve));
      const callers = this.#callers.splice(0, callersPerCommit);
      if (callers.length === 0) break;
      await this.#commitTogether(callers);
    }
    this.#draining = undefined;
  }

  async #commitTogether(callers: Caller[]): Promise<void> {
    let outcomes: Outcome[];
    try {
      outcomes = (await this.#runTogether(callers)) ?? (await this.#runApart(callers));
      this.#commit();
    } catch (error) {
      this.#writer.rollBack();
      const reason = this.#explain(error);
      for (const caller of callers) caller.reject(reason);
      return;
    }
    for (const outcome of outcomes) settle(outcome);
    this.#feed.tell(putTogether(outcomes));
  }

  #commit(): void {
    this.#effect("store.commit", "before");
    this.#writer.exec("COMMIT");
    this.#effect("store.commit", "after");
  }

  /**
   * All callers' statements in one transaction, with nothing to undo one of them by, because that costs a copy of each
   * page. Undefined when one of several has failed: nothing is left then, and they are run again, each by itself.
   * Callers that a long transaction has no time for wait for the next.
   */
  async #runTogether(callers: Caller[]): Promise<Outcome[] | undefined> {
    const outcomes: Outcome[] = [];
    this.#writer.begin();
    for (const [index, caller] of callers.entries()) {
      if (this.#writer.statementCount > statementsPerCommit) {
        this.#callers.unshift(...callers.splice(index));
        break;
      }
      try {
        outcomes.push(await this.#run(caller));
      } catch (error) {
        if (callers.length === 1 || faultOf(error) !== "statement") throw error;
        this.#writer.rollBack();
        return undefined;
      }
    }
    return outcomes;
  }

  /** The same with a savepoint for each caller: whose statements fail is undone alone. */
  async #runApart(callers: readonly Caller[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    this.#writer.begin();
    for (const caller of callers) {
      this.#writer.exec("SAVEPOINT caller");
      try {
        outcomes.push(await this.#run(caller));
      } catch (error) {
        if (faultOf(error) !== "statement") throw error;
        this.#writer.exec("ROLLBACK TO caller");
        outcomes.push({ caller, error });
      }
      this.#writer.exec("RELEASE caller");
    }
    return outcomes;
  }

  async #run(caller: Caller): Promise<Outcome> {
    const tx = new SqliteTx(this.#writer, this.#epoch);
    const thrown = await caller.work(tx).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const failed = tx.end();
    // A statement that failed fails the work, also when that went on as if nothing had happened.
    if (failed !== undefined && (thrown === undefined || faultOf(failed.error) !== "statement"))
      throw failed.error;
    if (thrown !== undefined) throw thrown.error;
    return { caller, hooks: tx.hooks, noted: tx.notes?.noted };
  }

  /** What a caller is told of an error. When the disk or the file has failed the process is told to end. */
  #explain(error: unknown): unknown {
    switch (faultOf(error)) {
      case "statement":
        return error;
      case "untrusted":
        this.#failStop(`the database cannot be trusted any more: ${String(error)}`);
        return error;
      case "full":
        return new ProblemError(
          problem("storageFull", "This server's disk is full, so nothing was accepted. Try again later."),
        );
    }
  }
}

/** Tells a caller what came of it, after its hooks. */
function settle(outcome: Outcome): void {
  const { caller } = outcome;
  try {
    if ("error" in outcome) throw outcome.error;
    for (const then of outcome.hooks) then();
    caller.resolve();
  } catch (error) {
    caller.reject(error);
  }
}

/** What all of a commit's callers have noted. */
function putTogether(outcomes: readonly Outcome[]): NotedChanges {
  const notes = new ChangeNotes();
  for (const outcome of outcomes) {
    if ("noted" in outcome && outcome.noted !== undefined) notes.addAll(outcome.noted);
  }
  return notes.noted;
}

/** A connection with its prepared statements, found again by the template they are written in. */
class Connection {
  readonly #database: DatabaseSync;
  readonly #prepared = new WeakMap<readonly string[], StatementSync>();
  /** Statements of templates since the transaction began. */
  statementCount = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  begin(): void {
    this.statementCount = 0;
    this.#database.exec("BEGIN IMMEDIATE");
  }

  exec(statement: string): void {
    this.#database.exec(statement);
  }

  all(query: Sql): Row[] {
    return this.#prepare(query).all(...query.values);
  }

  get(query: Sql): Row | undefined {
    return this.#prepare(query).get(...query.values);
  }

  run(statement: Sql): number {
    return Number(this.#prepare(statement).run(...statement.values).changes);
  }

  /** A failure may have ended the transaction already. */
  rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  close(): void {
    this.#database.close();
  }

  #prepare({ strings }: Sql): StatementSync {
    this.statementCount++;
    let statement = this.#prepared.get(strings);
    if (statement === undefined) {
      statement = this.#database.prepare(strings.join("?"));
      this.#prepared.set(strings, statement);
    }
    return statement;
  }
}

class SqliteDb implements Db {
  readonly dialect = "sqlite";
  readonly #connection: Connection;
  readonly #explain: (error: unknown) => unknown;

  constructor(connection: Connection, explain: (error: unknown) => unknown) {
    this.#connection = connection;
    this.#explain = explain;
  }

  async all(query: Sql): Promise<Row[]> {
    try {
      return this.#connection.all(query);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async get(query: Sql): Promise<Row | undefined> {
    try {
      return this.#connection.get(query);
    } catch (error) {
      throw this.#explain(error);
    }
  }
}

class SqliteTx implements Tx {
  readonly dialect = "sqlite";
  readonly epoch: Epoch;
  readonly hooks: (() => void)[] = [];
  notes: ChangeNotes | undefined;
  readonly #connection: Connection;
  #isOpen = true;
  #failure: { error: unknown } | undefined;

  constructor(connection: Connection, epoch: Epoch) {
    this.#connection = connection;
    this.epoch = epoch;
  }

  all(query: Sql): Promise<Row[]> {
    return this.#do(() => this.#connection.all(query));
  }

  get(query: Sql): Promise<Row | undefined> {
    return this.#do(() => this.#connection.get(query));
  }

  run(statement: Sql): Promise<number> {
    return this.#do(() => this.#connection.run(statement));
  }

  afterCommit(then: () => void): void {
    this.#refuseEnded();
    this.hooks.push(then);
  }

  noteChanged(accountId: number, type: StateType): void {
    this.#refuseEnded();
    this.notes ??= new ChangeNotes();
    this.notes.add(accountId, type);
  }

  /** No statement after this. What failed on the way, if anything did. */
  end(): { error: unknown } | undefined {
    this.#isOpen = false;
    return this.#failure;
  }

  /** Some dozen times a message: no function of these is async, because each would make a promise more. */
  #do<T>(statement: () => T): Promise<T> {
    try {
      this.#refuseEnded();
      if (this.#failure === undefined) return Promise.resolve(statement());
    } catch (error) {
      this.#failure = { error };
    }
    return Promise.reject(this.#failure.error);
  }

  #refuseEnded(): void {
    if (!this.#isOpen) throw new Error("a finished transaction was used");
  }
}

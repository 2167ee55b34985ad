/**
 * The PostgreSQL store, for one server in several processes. Every statement is prepared once per connection under a
 * name, and statements that do not wait for one another are on their way together; `write` runs again after a
 * conflict. A commit whose outcome is unknown is reported as temporary, because every writer in the journey can be
 * asked again by its key (reliability I3).
 */
import pg from "pg";
import type { Clock, EffectHook, Random } from "../env/env.ts";
import { ChangeFeed, type ChangeListener, ChangeNotes } from "./change-feed.ts";
import { beginEpoch, noEpoch } from "./epoch-store.ts";
import { forPostgres, type Migration } from "./migration.ts";
import { PostgresChanges } from "./postgres-changes.ts";
import { ConnectionLost, explain, isConflict, readFault } from "./postgres-faults.ts";
import type { Db, Epoch, OpenStore, Row, Sql, Tx } from "./sql.ts";
import type { StateType } from "./state-type.ts";

const oldestVersion = 150_000;
/** Columns of these types hold whole numbers: BIGINT, and what a sum of them is. */
const numbers: readonly number[] = [20, 1700];
const attemptsPerWrite = 8;
const attemptsAfterLoss = 2;
/** Any number will do; all processes of one server take this lock to migrate one after another. */
const migrationLock = 7_462_011;

const connections = {
  application_name: "posthorn",
  pipeline: true,
  keepAlive: true,
  connectionTimeoutMillis: 10_000,
  /** A process that stands still must not hold others up by its locks. */
  idle_in_transaction_session_timeout: 60_000,
  lock_timeout: 20_000,
  statement_timeout: 30_000,
  /** A server that is gone without a word is noticed. */
  query_timeout: 40_000,
} as const satisfies pg.ClientConfig;

export interface PostgresOptions {
  url: string;
  /** Paces the connection by which the processes of one server hear of each other. */
  clock: Pick<Clock, "sleep">;
  poolSize?: number;
  effect?: EffectHook;
}

/** Connects, and refuses a server whose settings cannot keep the promise. */
export async function openPostgres(options: PostgresOptions): Promise<PostgresStore> {
  const store = new PostgresStore(options);
  try {
    await store.refuseUnsafeSettings();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

export class PostgresStore implements OpenStore {
  readonly dialect = "postgres";
  readonly read: Db;
  readonly #url: string;
  readonly #pool: pg.Pool;
  readonly #effect: EffectHook;
  readonly #feed = new ChangeFeed();
  readonly #changes: PostgresChanges;
  #epoch = noEpoch;
  #closing: Promise<void> | undefined;

  constructor(options: PostgresOptions) {
    this.#url = options.url;
    this.#effect = options.effect ?? (() => undefined);
    this.#pool = new pg.Pool({
      ...connections,
      connectionString: options.url,
      min: 1,
      max: options.poolSize ?? 10,
      idleTimeoutMillis: 300_000,
      types: {
        getTypeParser: (oid, format) =>
          numbers.includes(oid) ? Number : pg.types.getTypeParser(oid, format),
      },
    });
    // A connection lost while idle is replaced at its next use, and one in use fails the statement that waits for it;
    // without these listeners the driver would end the process.
    this.#pool.on("error", () => undefined);
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
    this.read = new PostgresDb(this.#pool);
    this.#changes = new PostgresChanges({
      connection: { ...connections, connectionString: options.url },
      clock: options.clock,
      feed: this.#feed,
    });
  }

  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { result, tx } = await this.#writeOnce(work);
        for (const then of tx.hooks) then();
        if (tx.notes !== undefined) {
          this.#feed.tell(tx.notes.noted);
          this.#changes.tellOthers(tx.notes.noted);
        }
        return result;
      } catch (error) {
        if (!isWorthRepeating(error, attempt)) throw explain(error);
      }
    }
  }

  onChanged(changed: ChangeListener, missed: () => void = () => undefined): () => void {
    this.#changes.start();
    return this.#feed.add(changed, missed);
  }

  /**
   * Runs migrations that have not run yet, each in a transaction of its own with its mark. Processes that start
   * together do it one after another. A large table may take its time, so this connection has no limits.
   */
  async migrate(migrations: readonly Migration[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
      await client.query("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)");
      const { rows } = await client.query("SELECT name FROM migration");
      const known = new Set(rows.map(({ name }) => name));
      for (const migration of migrations) {
        if (known.has(migration.name)) continue;
        await client.query("BEGIN");
        for (const statement of migration.statements) await client.query(forPostgres(statement));
        await client.query("INSERT INTO migration (name) VALUES ($1)", [migration.name]);
        await this.#commit(client);
      }
    } finally {
      // What is not committed is undone with the connection, and the lock is free.
      await client.end();
    }
  }

  /** What this process writes from now on belongs to a new epoch of the data, or to one that began later. */
  async beginEpoch(random: Pick<Random, "fraction">): Promise<void> {
    this.#epoch = await this.write((tx) => beginEpoch(tx, random));
  }

  async refuseUnsafeSettings(): Promise<void> {
    const [found] = await this.#askFirst(
      "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit, current_setting('full_page_writes') AS full_page_writes, pg_is_in_recovery() AS standby",
    );
    if (found.version < oldestVersion) throw new Error("Posthorn needs PostgreSQL 15 or newer.");
    if (found.standby)
      throw new Error("This PostgreSQL is a standby. Give Posthorn the address of the primary.");
    if (found.encoding !== "UTF8")
      throw new Error(`This database is in ${found.encoding}. Create it anew with the encoding UTF8.`);
    for (const setting of ["fsync", "synchronous_commit", "full_page_writes"]) {
      if (found[setting] === "off")
        throw new Error(`PostgreSQL has ${setting} switched off, so mail could be lost. Switch it on.`);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#pool.end();
    await this.#changes.close();
  }

  /** Throws a sentence for the operator when the server does not let us in. */
  async #askFirst(query: string) {
    try {
      return (await this.#pool.query(query)).rows;
    } catch (error) {
      const reason = error instanceof Error && error.message !== "" ? error.message : String(error);
      throw new Error(
        `PostgreSQL does not let this server in: ${reason}. Is the address right, and is it running?`,
      );
    }
  }

  async #writeOnce<T>(work: (tx: Tx) => Promise<T>): Promise<{ result: T; tx: PostgresTx }> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw readFault(error, false);
    });
    let broken: Error | undefined;
    try {
      const tx = new PostgresTx(client, this.#epoch);
      const result = await runWork(work, tx);
      await tx.begun;
      await this.#commit(client);
      return { result, tx };
    } catch (error) {
      await client.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #commit(client: pg.ClientBase): Promise<void> {
    this.#effect("store.commit", "before");
    const { command } = await ask(client, "COMMIT", true);
    // That is how it says that a statement has failed on the way and nothing is stored.
    if (command !== "COMMIT") throw new Error("the transaction was undone because a statement had failed");
    this.#effect("store.commit", "after");
  }
}

async function ask(
  client: pg.ClientBase,
  query: string | pg.QueryConfig,
  isCommitUnknown: boolean,
): Promise<pg.QueryResult<Row>> {
  try {
    return await client.query<Row>(query);
  } catch (error) {
    throw readFault(error, isCommitUnknown);
  }
}

/** A statement that failed fails the work, also when that went on as if nothing had happened. */
async function runWork<T>(work: (tx: Tx) => Promise<T>, tx: PostgresTx): Promise<T> {
  const done = await work(tx).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  const failed = tx.end();
  if (failed !== undefined && ("result" in done || isRepeatable(failed))) throw failed;
  if ("error" in done) throw done.error;
  return done.result;
}

function isRepeatable(error: unknown): boolean {
  return isConflict(error) || (error instanceof ConnectionLost && !error.isCommitUnknown);
}

function isWorthRepeating(error: unknown, attempt: number): boolean {
  return isRepeatable(error) && attempt < (isConflict(error) ? attemptsPerWrite : attemptsAfterLoss);
}

class PostgresDb implements Db {
  readonly dialect = "postgres";
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async all(query: Sql): Promise<Row[]> {
    try {
      const { rows } = await this.#pool.query<Row>({ ...prepared(query.strings), values: [...query.values] });
      return rows;
    } catch (error) {
      throw explain(readFault(error, false));
    }
  }

  async get(query: Sql): Promise<Row | undefined> {
    return (await this.all(query))[0];
  }
}

class PostgresTx implements Tx {
  readonly dialect = "postgres";
  readonly epoch: Epoch;
  readonly hooks: (() => void)[] = [];
  notes: ChangeNotes | undefined;
  readonly #client: pg.PoolClient;
  readonly begun: Promise<void>;
  #isBegun = false;
  #isOpen = true;
  #isGathering = false;
  #failure: pg.DatabaseError | ConnectionLost | undefined;

  constructor(client: pg.PoolClient, epoch: Epoch) {
    this.#client = client;
    this.epoch = epoch;
    this.#gather();
    this.begun = ask(client, "BEGIN", false).then(() => {
      this.#isBegun = true;
    });
    // Whoever waits for it hears of it, and the writer in the end.
    this.begun.catch(() => undefined);
  }

  async all(query: Sql): Promise<Row[]> {
    return (await this.#send(query)).rows;
  }

  async get(query: Sql): Promise<Row | undefined> {
    return (await this.#send(query)).rows[0];
  }

  async run(statement: Sql): Promise<number> {
    return (await this.#send(statement)).rowCount ?? 0;
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

  /** No statement after this. The first that failed on the way, if any did. */
  end(): pg.DatabaseError | ConnectionLost | undefined {
    this.#isOpen = false;
    return this.#failure;
  }

  async #send(query: Sql): Promise<pg.QueryResult<Row>> {
    this.#refuseEnded();
    try {
      const statement = prepared(query.strings);
      // A look may be on its way with the BEGIN; a change outside a transaction could not be undone.
      if (!this.#isBegun && !statement.isRead) await this.begun;
      this.#gather();
      return await this.#client.query<Row>({ ...statement, values: [...query.values] });
    } catch (error) {
      this.#failure ??= readFault(error, false);
      throw this.#failure;
    }
  }

  /** What is asked in one turn goes out in one write. */
  #gather(): void {
    if (this.#isGathering) return;
    const { stream } = this.#client.connection;
    stream.cork();
    this.#isGathering = true;
    queueMicrotask(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  #refuseEnded(): void {
    if (!this.#isOpen) throw new Error("a finished transaction was used");
  }
}

interface Prepared {
  name: string;
  text: string;
  isRead: boolean;
}

const statements = new WeakMap<readonly string[], Prepared>();
let statementCount = 0;

function prepared(strings: readonly string[]): Prepared {
  let statement = statements.get(strings);
  if (statement === undefined) {
    const text = strings
      .reduce((built, part, index) => `${built}$${index}${part}`)
      .replaceAll("json_each(", "json_array_elements_text(");
    statement = { name: `s${++statementCount}`, text, isRead: /^\s*SELECT\b/.test(text) };
    statements.set(strings, statement);
  }
  return statement;
}

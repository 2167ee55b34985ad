/**
 * The PostgreSQL store, for one server in several processes. Every statement is prepared once per connection under a
 * name; `write` runs again after a serialisation failure; a commit whose outcome is unknown is reported as temporary,
 * because every writer in the journey can be asked again by its key (reliability I3).
 */
import { fail } from "@posthorn/protocol";
import pg from "pg";
import type { EffectHook } from "../env/env.ts";
import { forPostgres, type Migration } from "./migration.ts";
import type { Db, Row, Sql, Store, Tx } from "./sql.ts";

const oldestVersion = 150_000;
/** The types of whole numbers here: counts and ids are BIGINT, and the sum of BIGINTs is NUMERIC. */
const wholeNumbers: ReadonlySet<number> = new Set([20, 1700]);
const serialisationFailures = new Set(["40001", "40P01"]);
const diskFull = "53100";
const attemptsPerWrite = 8;
/** Any number will do; all processes of one server take this lock to migrate one after another. */
const migrationLock = 7_462_011;

export interface PostgresOptions {
  url: string;
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

export class PostgresStore implements Store {
  readonly dialect = "postgres";
  readonly read: Db;
  readonly #pool: pg.Pool;
  readonly #effect: EffectHook;

  constructor(options: PostgresOptions) {
    this.#effect = options.effect ?? (() => undefined);
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize ?? 10,
      types: {
        getTypeParser: (oid, format) =>
          wholeNumbers.has(oid) ? Number : pg.types.getTypeParser(oid, format),
      },
    });
    // A connection lost while idle is replaced at its next use.
    this.#pool.on("error", () => undefined);
    this.read = new PostgresDb(this.#pool);
  }

  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#writeOnce(work);
      } catch (error) {
        const code = postgresCode(error);
        if (code === diskFull)
          fail("storageFull", "This server's disk is full, so nothing was accepted. Try again later.");
        if (code === undefined || !serialisationFailures.has(code) || attempt === attemptsPerWrite)
          throw error;
      }
    }
  }

  async migrate(migrations: readonly Migration[]): Promise<void> {
    await this.#pool.query("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)").catch(ignoreRace);
    for (const migration of migrations) {
      await this.#transaction(async (client) => {
        await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
        const done = await client.query("SELECT 1 FROM migration WHERE name = $1", [migration.name]);
        if (done.rowCount !== 0) return;
        for (const statement of migration.statements) await client.query(forPostgres(statement));
        await client.query("INSERT INTO migration (name) VALUES ($1)", [migration.name]);
      });
    }
  }

  async refuseUnsafeSettings(): Promise<void> {
    const { rows } = await this.#pool.query(
      "SELECT current_setting('server_version_num')::int AS version, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit, current_setting('full_page_writes') AS full_page_writes, pg_is_in_recovery() AS standby",
    );
    const found = rows[0];
    if (found.version < oldestVersion) throw new Error("Posthorn needs PostgreSQL 15 or newer.");
    if (found.standby)
      throw new Error("This PostgreSQL is a standby. Give Posthorn the address of the primary.");
    for (const setting of ["fsync", "synchronous_commit", "full_page_writes"]) {
      if (found[setting] === "off")
        throw new Error(`PostgreSQL has ${setting} switched off, so mail could be lost. Switch it on.`);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #writeOnce<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const hooks: (() => void)[] = [];
    const result = await this.#transaction((client) => work(new PostgresTx(client, hooks)));
    for (const then of hooks) then();
    return result;
  }

  async #transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      const result = await work(client);
      this.#effect("store.commit", "before");
      await client.query("COMMIT");
      this.#effect("store.commit", "after");
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

class PostgresDb implements Db {
  readonly dialect = "postgres";
  readonly #connection: pg.Pool | pg.PoolClient;

  constructor(connection: pg.Pool | pg.PoolClient) {
    this.#connection = connection;
  }

  async all(query: Sql): Promise<Row[]> {
    return (await this.send(query)).rows;
  }

  async get(query: Sql): Promise<Row | undefined> {
    return (await this.send(query)).rows[0];
  }

  protected send(query: Sql): Promise<pg.QueryResult<Row>> {
    return this.#connection.query<Row>({ ...prepared(query.strings), values: [...query.values] });
  }
}

class PostgresTx extends PostgresDb implements Tx {
  readonly #hooks: (() => void)[];

  constructor(client: pg.PoolClient, hooks: (() => void)[]) {
    super(client);
    this.#hooks = hooks;
  }

  async run(statement: Sql): Promise<number> {
    return (await this.send(statement)).rowCount ?? 0;
  }

  afterCommit(then: () => void): void {
    this.#hooks.push(then);
  }
}

interface Prepared {
  name: string;
  text: string;
}

const statements = new WeakMap<readonly string[], Prepared>();
let statementCount = 0;

function prepared(strings: readonly string[]): Prepared {
  let statement = statements.get(strings);
  if (statement === undefined) {
    const text = strings
      .reduce((built, part, index) => `${built}$${index}${part}`)
      .replaceAll("json_each(", "json_array_elements_text(");
    statement = { name: `s${++statementCount}`, text };
    statements.set(strings, statement);
  }
  return statement;
}

function postgresCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Two processes that start together may both try to make the table; either one's success serves. */
function ignoreRace(error: unknown): void {
  if (postgresCode(error) !== "23505" && postgresCode(error) !== "42P07") throw error;
}

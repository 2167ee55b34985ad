/** For tests: one suite over both dialects, each on a real database. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, inject } from "vitest";
import { openClock } from "../env/clock.ts";
import type { EffectHook } from "../env/env.ts";
import { migrations } from "./open.ts";
import { openPostgres } from "./postgres.ts";
import type { OpenStore } from "./sql.ts";
import { openSqlite } from "./sqlite.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Answers a `POST` with the URL of a new database: see testnet/src/postgres-for-tests.ts. */
    postgresForTests: string;
  }
}

interface TestStoreOptions {
  effect?: EffectHook;
  failStop?: (reason: string) => void;
}

/**
 * The first call in a test gives a store whose tables are there and empty. Later calls in the same test open the same
 * database once more, as a second process does, or the same process after a restart. All are closed when the test ends.
 */
export type OpenTestStore = (options?: TestStoreOptions) => Promise<OpenStore>;

/** Describes something of every store: the suite runs on SQLite and on PostgreSQL. */
export function eachStore(title: string, suite: (open: OpenTestStore) => void): void {
  describe(`${title}, on SQLite`, () => suite(onSqlite()));
  describe(`${title}, on PostgreSQL`, () => suite(onPostgres()));
}

/** For what only the embedded store does. */
export function onSqlite(): OpenTestStore {
  const opened = closedAfterEach();
  let folder = "";
  let empty = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "posthorn-store-"));
    empty = join(folder, "empty.db");
    const store = openSqlite({ path: empty });
    await store.migrate(migrations);
    await store.close();
  });
  afterAll(() => rm(folder, { recursive: true }));
  let path = "";
  let testCount = 0;
  beforeEach(async () => {
    path = join(folder, `${++testCount}.db`);
    await copyFile(empty, path);
  });
  return async (options = {}) => {
    const store = openSqlite({ path, isAlone: false, ...options });
    opened.push(store);
    return store;
  };
}

/** For what only the store for several processes does. */
export function onPostgres(): OpenTestStore {
  const opened = closedAfterEach();
  let url = "";
  beforeAll(async () => {
    url = await newDatabase();
  });
  beforeEach(() => emptyTables(url));
  return async (options = {}) => {
    const store = await openPostgres({ url, clock: openClock(), ...options });
    opened.push(store);
    await store.migrate(migrations);
    return store;
  };
}

/** The URL of a PostgreSQL database that nobody else uses, without tables. */
export async function newDatabase(): Promise<string> {
  const answer = await fetch(inject("postgresForTests"), { method: "POST" });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

function closedAfterEach(): OpenStore[] {
  const opened: OpenStore[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  return opened;
}

async function emptyTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      "SELECT format('DELETE FROM %I', tablename) AS statement FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'",
    );
    // Tables that refer to one another are emptied in any order.
    await client.query("SET session_replication_role = replica");
    await client.query(rows.map((row) => row.statement).join(";"));
  } finally {
    await client.end();
  }
}

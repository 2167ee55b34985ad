/** For tests: one suite over both dialects, each on a real database. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, inject } from "vitest";
import { openClock } from "../env/clock.ts";
import type { EffectHook, Random } from "../env/env.ts";
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
  /** With it a new epoch of the data begins, as when a server starts. */
  random?: Pick<Random, "fraction">;
  effect?: EffectHook;
  failStop?: (reason: string) => void;
}

/**
 * The first call in a test gives a store whose tables are there and empty. Later calls in the same test open the same
 * database once more, as a second process does, or the same process after a restart. All are closed when the test ends.
 */
export type OpenTestStore = (options?: TestStoreOptions) => Promise<OpenStore>;

/** A copy of a test's database. Whoever takes or restores it has closed all stores on that. */
interface TestBackup {
  take(): Promise<void>;
  restore(): Promise<void>;
}

/** Describes something of every store: the suite runs on SQLite and on PostgreSQL. */
export function eachStore(title: string, suite: (open: OpenTestStore, backup: TestBackup) => void): void {
  for (const [name, place] of [
    ["SQLite", sqlitePlace],
    ["PostgreSQL", postgresPlace],
  ] as const) {
    describe(`${title}, on ${name}`, () => {
      const { open, backup } = place();
      suite(open, backup);
    });
  }
}

/** For what only the embedded store does. */
export function onSqlite(): OpenTestStore {
  return sqlitePlace().open;
}

/** For what only the store for several processes does. */
export function onPostgres(): OpenTestStore {
  return postgresPlace().open;
}

interface TestPlace {
  open: OpenTestStore;
  backup: TestBackup;
}

function sqlitePlace(): TestPlace {
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
  return {
    async open({ random, ...options } = {}) {
      const store = openSqlite({ path, isAlone: false, ...options });
      opened.push(store);
      if (random !== undefined) await store.beginEpoch(random);
      return store;
    },
    backup: {
      take: () => copyFile(path, `${path}.backup`),
      restore: () => copyFile(`${path}.backup`, path),
    },
  };
}

function postgresPlace(): TestPlace {
  const opened = closedAfterEach();
  let url = "";
  beforeAll(async () => {
    url = await newDatabase();
  });
  beforeEach(() => emptyTables(url));
  return {
    async open({ random, ...options } = {}) {
      const store = await openPostgres({ url, clock: openClock(), ...options });
      opened.push(store);
      await store.migrate(migrations);
      if (random !== undefined) await store.beginEpoch(random);
      return store;
    },
    backup: {
      take: () =>
        forEachTable(url, {
          first: "DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup",
          each: "CREATE TABLE backup.%1$I AS TABLE public.%1$I",
        }),
      restore: () =>
        forEachTable(url, {
          each: "DELETE FROM public.%1$I; INSERT INTO public.%1$I SELECT * FROM backup.%1$I",
        }),
    },
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

function emptyTables(url: string): Promise<void> {
  return forEachTable(url, { each: "DELETE FROM %1$I" });
}

/** Does the same with all tables but the list of migrations; `%1$I` is the name of each. */
async function forEachTable(
  url: string,
  { first = "", each }: { first?: string; each: string },
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      "SELECT format($1, tablename) AS statement FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'",
      [each],
    );
    // Tables that refer to one another are emptied in any order.
    await client.query("SET session_replication_role = replica");
    await client.query(first);
    await client.query(rows.map((row) => row.statement).join(";"));
  } finally {
    await client.end();
  }
}

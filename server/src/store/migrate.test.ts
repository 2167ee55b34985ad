import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openClock } from "../env/clock.ts";
import type { EffectHook } from "../env/env.ts";
import { newDatabase } from "./each-store.ts";
import type { Migration } from "./migration.ts";
import { migrations } from "./open.ts";
import { openPostgres } from "./postgres.ts";
import { type Store, sql } from "./sql.ts";
import { openSqlite } from "./sqlite.ts";

interface Migrating extends Store {
  migrate(steps: readonly Migration[]): Promise<void>;
}

const first: Migration = {
  name: "0001-first",
  statements: [
    "CREATE TABLE thing (id BIGINT PRIMARY KEY)",
    "INSERT INTO thing (id) VALUES (1)",
    "CREATE TABLE kept (id ORDERED_KEY, bytes BYTES)",
  ],
};
const second: Migration = {
  name: "0002-second",
  statements: ["ALTER TABLE thing ADD COLUMN name TEXT", "UPDATE thing SET name = 'old'"],
};

function suite(
  openAt: (where: string, effect?: EffectHook) => Promise<Migrating>,
  place: () => Promise<string>,
) {
  let where: string;
  let opened: Store[];
  beforeEach(async () => {
    where = await place();
    opened = [];
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
  });
  const open = async (effect?: EffectHook) => {
    const store = await openAt(where, effect);
    opened.push(store);
    return store;
  };
  const things = (store: Store) => store.read.all(sql`SELECT * FROM thing`);

  it("make the tables once, however often they are asked for", async () => {
    const store = await open();
    await store.migrate([first]);
    await store.migrate([first]);
    await store.migrate([first, second]);
    await store.migrate([first, second]);
    expect(await things(store)).toEqual([{ id: 1, name: "old" }]);
    await store.close();
    const again = await open();
    await again.migrate([first, second]);
    expect(await things(again)).toEqual([{ id: 1, name: "old" }]);
  });

  it.each(second.statements.map((_, index) => index))(
    "leave nothing of one that fails after statement %i, and go on from there when it is mended",
    async (index) => {
      const store = await open();
      const broken = { ...second, statements: [...second.statements.slice(0, index + 1), "NOT SQL"] };
      await expect(store.migrate([first, broken])).rejects.toThrow("syntax error");
      // By name: PostgreSQL refuses a prepared “all columns” once a migration has added one.
      expect(await store.read.all(sql`SELECT id FROM thing`)).toEqual([{ id: 1 }]);
      await store.migrate([first, second]);
      expect(await things(store)).toEqual([{ id: 1, name: "old" }]);
    },
  );

  it.each([0, 1, 2, 3])("resume when the process died at effect %i of them", async (cut) => {
    let effects = 0;
    const dying = await open(() => {
      if (effects++ >= cut) throw new Error("killed");
    });
    await expect(dying.migrate([first, second])).rejects.toThrow("killed");
    await dying.close();
    const store = await open();
    await store.migrate([first, second]);
    expect(await things(store)).toEqual([{ id: 1, name: "old" }]);
  });

  it("of this version run on an empty database", async () => {
    const store = await open();
    await store.migrate(migrations);
    expect(await store.read.all(sql`SELECT * FROM delivery`)).toEqual([]);
    const names = (await store.read.all(sql`SELECT name FROM migration ORDER BY name`)).map(
      ({ name }) => name,
    );
    expect(names).toEqual(migrations.map(({ name }) => name));
  });
  return { open, things };
}

describe("the migrations, on SQLite", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });
  suite(
    async (path, effect) => openSqlite({ path, ...(effect && { effect }) }),
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "posthorn-migrate-"));
      folders.push(folder);
      return join(folder, "posthorn.db");
    },
  );
});

describe("the migrations, on PostgreSQL", () => {
  const { open, things } = suite(
    (url, effect) => openPostgres({ url, clock: openClock(), ...(effect && { effect }) }),
    newDatabase,
  );

  it("run once when several processes start together on an empty database", async () => {
    const stores = await Promise.all([open(), open(), open()]);
    await Promise.all(stores.map((store) => store.migrate([first, second])));
    for (const store of stores) expect(await things(store)).toEqual([{ id: 1, name: "old" }]);
  });
});

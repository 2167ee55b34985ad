import { copyFile, mkdtemp, open as openFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findFact, settleFact } from "./fact-store.ts";
import { migrations } from "./open.ts";
import { type Db, sql } from "./sql.ts";
import { openSqlite, type SqliteOptions, type SqliteStore } from "./sqlite.ts";
import { faultOf, isSafeVersion } from "./sqlite-connection.ts";

let folder: string;
let opened: SqliteStore[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-sqlite-"));
  opened = [];
});

afterEach(async () => {
  for (const store of opened) await store.close();
  await rm(folder, { recursive: true });
});

async function open(options: Omit<SqliteOptions, "path"> & { name?: string } = {}): Promise<SqliteStore> {
  const store = openSqlite({ path: pathOf(options.name), ...options });
  opened.push(store);
  await store.migrate(migrations);
  return store;
}

function pathOf(name = "posthorn.db"): string {
  return join(folder, name);
}

async function pragma(db: Db, name: "synchronous" | "journal_mode" | "foreign_keys" | "mmap_size") {
  const queries = {
    synchronous: sql`PRAGMA synchronous`,
    journal_mode: sql`PRAGMA journal_mode`,
    foreign_keys: sql`PRAGMA foreign_keys`,
    mmap_size: sql`PRAGMA mmap_size`,
  };
  return Object.values((await db.get(queries[name])) ?? {})[0];
}

describe("the embedded store's promise", () => {
  it("is held by WAL and synchronous=FULL on the connection that writes and the one that reads", async () => {
    const store = await open();
    const expectSettings = async (db: Db) => {
      expect(await pragma(db, "journal_mode")).toBe("wal");
      expect(await pragma(db, "synchronous")).toBe(2);
      expect(await pragma(db, "foreign_keys")).toBe(1);
      expect(await pragma(db, "mmap_size")).toBe(0);
    };
    await expectSettings(store.read);
    await store.write(expectSettings);
  });

  it("is in the files when a write resolves: a copy of them, taken without a word to the store, has it all", async () => {
    const store = await open();
    await store.write((tx) => settleFact(tx, "colour", "red"));
    let entered = (): void => undefined;
    const isWriting = new Promise<void>((resolve) => {
      entered = resolve;
    });
    let leave = (): void => undefined;
    const unfinished = store.write(async (tx) => {
      await settleFact(tx, "shape", "round");
      entered();
      await new Promise<void>((resolve) => {
        leave = resolve;
      });
    });
    await isWriting;
    for (const end of ["", "-wal"]) await copyFile(pathOf() + end, pathOf("copy.db") + end);
    const copy = await open({ name: "copy.db" });
    expect(await findFact(copy.read, "colour")).toBe("red");
    expect(await findFact(copy.read, "shape")).toBeUndefined();
    leave();
    await unfinished;
  });

  it("does not begin on a SQLite that can corrupt a database when the WAL is reset (before 3.51.3)", () => {
    const versions: [string, boolean][] = [
      ["3.51.2", false],
      ["3.51.3", true],
      ["3.51.10", true],
      ["3.50.99", false],
      ["3.52.0", true],
      ["3.53.4", true],
      ["4.0.0", true],
      ["3.7.17", false],
      ["2.99.99", false],
      ["3.51", false],
      ["", false],
      ["newest", false],
    ];
    for (const [version, isSafe] of versions)
      expect([version, isSafeVersion(version)]).toEqual([version, isSafe]);
  });

  it("is given for one server: a second that opens the database is refused until the first has closed it", async () => {
    const first = await open();
    expect(() => openSqlite({ path: pathOf() })).toThrow("in use by another Posthorn server");
    await first.write((tx) => settleFact(tx, "colour", "red"));
    await first.close();
    expect(await findFact((await open()).read, "colour")).toBe("red");
  });

  it("leaves a WAL that does not grow for ever", async () => {
    const store = await open();
    const bytes = "x".repeat(1_000_000);
    for (let index = 0; index < 60; index++)
      await store.write((tx) => settleFact(tx, `fact ${index}`, bytes));
    expect((await stat(`${pathOf()}-wal`)).size).toBeLessThan(40_000_000);
    await store.close();
    expect(await readdir(folder)).not.toContain("posthorn.db-wal");
  });
});

describe("a full disk", () => {
  it("refuses what does not fit with storageFull, stores no half of it, and goes on when there is room again", async () => {
    const reasons: string[] = [];
    const store = await open({ failStop: (reason) => reasons.push(reason) });
    // The database may not grow, which is what a full disk is to SQLite.
    await store.write((tx) => tx.get(sql`PRAGMA max_page_count = 1`));
    const big = "x".repeat(1_000_000);
    const write = store.write(async (tx) => {
      await settleFact(tx, "small", "fits");
      await settleFact(tx, "big", big);
    });
    await expect(write).rejects.toMatchObject({ problem: { code: "storageFull", retry: "later" } });
    expect(await findFact(store.read, "small")).toBeUndefined();
    // Also who only comes in the same commit is told so, and not that it was stored.
    const swallowed = store.write((tx) => settleFact(tx, "big", big).catch(() => "went on"));
    const beside = store.write((tx) => settleFact(tx, "beside", "fits"));
    await expect(swallowed).rejects.toMatchObject({ problem: { code: "storageFull" } });
    await expect(beside).rejects.toMatchObject({ problem: { code: "storageFull" } });
    expect(await findFact(store.read, "beside")).toBeUndefined();
    await store.write((tx) => settleFact(tx, "small", "fits"));
    await store.write((tx) => tx.get(sql`PRAGMA max_page_count = 1000000`));
    await store.write((tx) => settleFact(tx, "big", big));
    expect(await findFact(store.read, "big")).toHaveLength(big.length);
    expect(reasons).toEqual([]);
  });

  it("is what a refused write, a quota and no room for the WAL's index are taken for; a failed sync is not", () => {
    const fault = (errcode: number) => faultOf(Object.assign(new Error("disk I/O error"), { errcode }));
    expect([13, 778, 4874].map(fault)).toEqual(["full", "full", "full"]);
    // SQLITE_IOERR_FSYNC, _DIR_FSYNC, _READ, SQLITE_CORRUPT, SQLITE_NOTADB.
    expect([1034, 1290, 266, 11, 26].map(fault)).toEqual(Array.from({ length: 5 }, () => "untrusted"));
    // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_BUSY.
    expect([1555, 5].map(fault)).toEqual(["statement", "statement"]);
    expect(faultOf(new Error("another"))).toBe("statement");
  });
});

describe("a damaged database", () => {
  async function damageEnd(path: string, sizeBytes: number): Promise<void> {
    const { size } = await stat(path);
    const file = await openFile(path, "r+");
    await file.write(Buffer.alloc(sizeBytes, 0x5a), 0, sizeBytes, size - sizeBytes);
    await file.close();
  }

  it("ends the server at the first read or write that meets the damage (reliability I16)", async () => {
    const before = await open();
    await before.write(async (tx) => {
      for (let index = 0; index < 500; index++) await settleFact(tx, `fact ${index}`, "x".repeat(500));
    });
    await before.close();
    await damageEnd(pathOf(), 64 * 1024);
    const reasons: string[] = [];
    const store = openSqlite({ path: pathOf(), failStop: (reason) => reasons.push(reason) });
    opened.push(store);
    await expect(store.read.all(sql`SELECT * FROM server_fact`)).rejects.toThrow("malformed");
    expect(reasons).toHaveLength(1);
    const write = store.write((tx) => tx.run(sql`UPDATE server_fact SET value = 'y'`));
    await expect(write).rejects.toThrow("malformed");
    expect(reasons).toHaveLength(2);
  });

  it("that cannot even be opened is named, with what to do", async () => {
    await writeFile(pathOf(), "not a database ".repeat(500));
    expect(() => openSqlite({ path: pathOf() })).toThrow(/posthorn\.db is damaged .* backup/);
    expect(() => openSqlite({ path: join(folder, "no", "folder", "posthorn.db") })).toThrow();
    // And is not held by the one who could not open it.
    await rm(pathOf());
    await open();
  });
});

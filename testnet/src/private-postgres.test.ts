import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { startPrivatePostgres } from "./private-postgres.ts";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function ask(url: string, question: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: question, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

describe("a private PostgreSQL", () => {
  it("syncs like a real one, and gives databases that know nothing of each other", async () => {
    const postgres = await startPrivatePostgres();
    try {
      expect(await ask(postgres.url, "SHOW fsync")).toEqual(["on"]);
      const [first, second] = [await postgres.database("first"), await postgres.database("second")];
      await ask(first, "CREATE TABLE note (text TEXT)");
      expect(await ask(second, "SELECT to_regclass('note')")).toEqual([null]);
      expect(await postgres.database("first")).toBe(first);
    } finally {
      await postgres.stop();
    }
    await expect(ask(postgres.url, "SELECT 1")).rejects.toThrow();
  });

  it("has its data again when it is started in the same folder, also one that only we can reach", async () => {
    const parent = await mkdtemp(join(tmpdir(), "posthorn-pg-test-"));
    folders.push(parent);
    const options = { folder: join(parent, "postgres") };
    const first = await startPrivatePostgres(options);
    folders.push(...(first.folder.startsWith(parent) ? [] : [first.folder]));
    await ask(await first.database("kept"), "CREATE TABLE note AS SELECT 'still here' AS text");
    await first.stop();
    const second = await startPrivatePostgres(options);
    expect(await ask(await second.database("kept"), "SELECT text FROM note")).toEqual(["still here"]);
    await second.stop();
  });
});

import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFiles } from "../env/files.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { onSqlite } from "../store/each-store.ts";
import { migrations } from "../store/open.ts";
import { sql } from "../store/sql.ts";
import { openSqlite } from "../store/sqlite.ts";
import { openAuthKeys } from "./keys.ts";
import { isOperatorToken, makeOperatorToken, provesOperator } from "./operator-token.ts";

const open = onSqlite();
const random = openRandom();
const files = openFiles({ effect: () => undefined, random, clock: new HandClock() });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-keys-"));
});
afterEach(() => rm(folder, { recursive: true }));

const openKeys = async () => openAuthKeys({ files, random, store: await open() }, join(folder, "keys"));
/** The keys of another server, with a database of its own. */
async function openOther() {
  const store = openSqlite({ path: join(folder, "other.db") });
  try {
    await store.migrate(migrations);
    return await openAuthKeys({ files, random, store }, join(folder, "other"));
  } finally {
    await store.close();
  }
}

const tokenKeyPath = () => join(folder, "keys", "token-key.json");
const setupPath = () => join(folder, "keys", "opaque-setup.json");

describe("the keys", () => {
  test("are made at the first start, for the owner's eyes only, and are the same ever after", async () => {
    const first = await openKeys();
    const again = await openKeys();
    expect(again.opaqueSetup).toBe(first.opaqueSetup);
    expect(again.token.kid).toBe(first.token.kid);
    for (const path of [tokenKeyPath(), setupPath()]) expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "keys"))).mode & 0o777).toBe(0o700);
  });

  test("of two servers are different: none comes with the software (CVE-2026-24044)", async () => {
    const one = await openKeys();
    const other = await openOther();
    expect(other.token.kid).not.toBe(one.token.kid);
    expect(other.opaqueSetup).not.toBe(one.opaqueSetup);
  });

  test("for passwords are refused when they are another server's, or gone: nobody could sign in", async () => {
    await openKeys();
    await openOther();
    await copyFile(join(folder, "other", "opaque-setup.json"), setupPath());
    await expect(openKeys()).rejects.toThrow("is not the one this database's accounts were made with");
    await rm(setupPath());
    await expect(openKeys()).rejects.toThrow("is missing, and without it nobody can sign in");
  });

  test("for tokens are made anew when they are gone: it costs nobody more than a refresh", async () => {
    const first = await openKeys();
    await rm(tokenKeyPath());
    expect((await openKeys()).token.kid).not.toBe(first.token.kid);
  });

  test.each(["token-key.json", "opaque-setup.json"])("in %s must not be readable by others", async (name) => {
    await openKeys();
    await chmod(join(folder, "keys", name), 0o644);
    await expect(openKeys()).rejects.toThrow(`Run: chmod 600 ${join(folder, "keys", name)}`);
  });

  const damages: [string, (text: string) => string][] = [
    ["empty", () => ""],
    ["cut off", (text) => text.slice(0, -20)],
    ["no JSON", () => "seed"],
    ["with a field too many", (text) => text.replace("{", '{"more": 1,')],
    ["with a field twice", (text) => text.replace("{", '{"purpose": "posthorn-token-1",')],
    ["of another purpose", (text) => text.replace(/posthorn-[a-z]+-1/, "posthorn-host-1")],
    ["with a key that is too short", (text) => text.replace(/[\w-]{5}"\n}/, '"\n}')],
  ];
  describe.each(["token-key.json", "opaque-setup.json"])("in %s", (name) => {
    test.each(damages)("are refused when the file is %s", async (_, change) => {
      await openKeys();
      const path = join(folder, "keys", name);
      await writeFile(path, change(await readFile(path, "utf8")));
      await expect(openKeys()).rejects.toThrow(`The key file ${path} is damaged.`);
    });
  });

  test.each([
    ["RFC 8032 test 1", "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"],
    ["RFC 9421 B.1.4", "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU"],
    ["zeros", "A".repeat(43)],
    ["one byte again and again", Buffer.alloc(32, 7).toString("base64url")],
  ])("anybody knows are refused: %s", async (_, seed) => {
    await openKeys();
    await writeFile(tokenKeyPath(), JSON.stringify({ purpose: "posthorn-token-1", seed }));
    await expect(openKeys()).rejects.toThrow("is published for anyone to use");
  });

  test("for passwords do not lie in the database (threats F18)", async () => {
    const { opaqueSetup } = await openKeys();
    const { seed } = JSON.parse(await readFile(tokenKeyPath(), "utf8"));
    const store = await open();
    const facts = JSON.stringify(await store.read.all(sql`SELECT * FROM server_fact`));
    expect(facts).not.toContain(opaqueSetup);
    expect(facts).not.toContain(seed);
  });
});

describe("the operator's token", () => {
  const place = { url: "https://alpha.example", caPath: undefined, listener: undefined };
  /** A start of the server, and what stands in the file then. */
  async function start() {
    const operatorToken = makeOperatorToken({ files, random }, folder);
    await operatorToken.publish(place);
    return { operatorToken, written: JSON.parse(await readFile(path(), "utf8")) };
  }
  const path = () => join(folder, "operator.json");

  test("is made anew at each start, in a file for the owner's eyes only", async () => {
    const first = await start();
    expect(first.written).toEqual({
      url: "https://alpha.example",
      token: expect.stringMatching(/^ph_operator_[\w-]{43}$/),
    });
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    const second = await start();
    const [before, after] = [first.written.token, second.written.token];
    expect(isOperatorToken(first.operatorToken, before)).toBe(true);
    expect(isOperatorToken(second.operatorToken, after)).toBe(true);
    expect(isOperatorToken(second.operatorToken, before)).toBe(false);
    expect(isOperatorToken(first.operatorToken, after)).toBe(false);
  });

  test("is the same when the way to the server has changed", async () => {
    const { operatorToken, written } = await start();
    const listener = { address: "127.0.0.1", port: 443, certificate: "ab" };
    await operatorToken.publish({ ...place, caPath: "/ca.pem", listener });
    expect(JSON.parse(await readFile(path(), "utf8"))).toEqual({ ...written, ca: "/ca.pem", listener });
  });

  test("in the file is taken by every process of the server, also by those that started before it was made", async () => {
    const earlier = await start();
    const later = await start();
    const current = later.written.token;
    expect(await provesOperator(earlier.operatorToken, current)).toBe(true);
    expect(await provesOperator(later.operatorToken, current)).toBe(true);
    expect(await provesOperator(later.operatorToken, earlier.written.token)).toBe(false);
    await rm(path());
    expect(await provesOperator(earlier.operatorToken, current)).toBe(false);
  });
});

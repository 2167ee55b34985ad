import { mkdtemp, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { KeptSession } from "../token-keeper.ts";
import { fileKeeper } from "./file-keeper.ts";

function keptWith(refreshToken: string): KeptSession {
  return {
    address: "alice@a.test",
    accountId: "1",
    endpoint: "https://a.test",
    accessToken: "access",
    expiresAt: 1_000,
    refreshToken,
  };
}

async function newPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), "posthorn-keeper-")), "accounts", "session.json");
}

test("A sign-in is kept over a restart, for its owner's eyes only, and forgotten when told", async () => {
  const path = await newPath();
  expect(await fileKeeper(path).read()).toBeUndefined();
  await fileKeeper(path).update(async () => keptWith("r1"));
  expect(await fileKeeper(path).read()).toEqual(keptWith("r1"));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
  await fileKeeper(path).update(async () => undefined);
  expect(await fileKeeper(path).read()).toBeUndefined();
  expect(await readdir(join(path, ".."))).toEqual([]);
});

test("Programs that share a file change it one at a time, each seeing what the one before left", async () => {
  const path = await newPath();
  await fileKeeper(path).update(async () => keptWith("r"));
  let inside = 0;
  const changes = Array.from({ length: 10 }, () =>
    fileKeeper(path).update(async (before) => {
      expect(++inside).toBe(1);
      await new Promise((turn) => setImmediate(turn));
      inside--;
      return keptWith(`${before?.refreshToken}x`);
    }),
  );
  await Promise.all(changes);
  expect((await fileKeeper(path).read())?.refreshToken).toBe("rxxxxxxxxxx");
});

test("A change that fails leaves what was there and lets the next one in", async () => {
  const path = await newPath();
  await fileKeeper(path).update(async () => keptWith("r1"));
  const before = await readFile(path, "utf8");
  await expect(fileKeeper(path).update(() => Promise.reject(new Error("no wire")))).rejects.toThrow(
    "no wire",
  );
  expect(await readFile(path, "utf8")).toBe(before);
  await fileKeeper(path).update(async () => keptWith("r2"));
  expect((await fileKeeper(path).read())?.refreshToken).toBe("r2");
});

test("A lock left by a program that was killed does not keep the next one out", async () => {
  const path = await newPath();
  await fileKeeper(path).update(async () => keptWith("r1"));
  // No process has the largest number there is.
  await writeFile(`${path}.lock`, "4194305");
  await fileKeeper(path).update(async () => keptWith("r2"));
  await writeFile(`${path}.lock`, "");
  await utimes(`${path}.lock`, 0, 0);
  await fileKeeper(path).update(async () => keptWith("r3"));
  expect((await fileKeeper(path).read())?.refreshToken).toBe("r3");
});

test.each(["", "{", "[]", "{}", JSON.stringify({ ...keptWith("r"), endpoint: "http://a.test" })])(
  "A damaged file %j says to sign in again, which replaces it",
  async (text) => {
    const path = await newPath();
    await fileKeeper(path).update(async () => keptWith("r"));
    await writeFile(path, text);
    await expect(fileKeeper(path).read()).rejects.toThrow("Sign in again.");
    await fileKeeper(path).update(async () => keptWith("r2"));
    expect(await fileKeeper(path).read()).toEqual(keptWith("r2"));
  },
);

import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Files } from "./env.ts";
import { openFiles, temporaryMadeAt } from "./files.ts";
import { openRandom } from "./random.ts";

let folder: string;
let effects: string[];
let files: Files;
let killAt: string | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-files-"));
  effects = [];
  killAt = undefined;
  files = openFiles({
    random: openRandom(),
    clock: { now: () => 1_700_000_000_000 },
    effect(name, when) {
      effects.push(`${name} ${when}`);
      if (`${name} ${when}` === killAt) throw new Error("killed");
    },
  });
});

const text = (content: string) => new TextEncoder().encode(content);

test("a durable write is written, synced, renamed, and its folder synced, in this order", async () => {
  await files.writeDurably(join(folder, "a"), text("one"));
  const steps = ["write", "fsync", "rename", "fsyncdir"];
  expect(effects).toEqual(steps.flatMap((step) => [`file.${step} before`, `file.${step} after`]));
  expect(await readFile(join(folder, "a"), "utf8")).toBe("one");
  expect((await stat(join(folder, "a"))).mode & 0o777).toBe(0o600);
});

test.each(["write", "fsync", "rename"].flatMap((step) => [`file.${step} before`, `file.${step} after`]))(
  "cut at “%s” a durable write leaves the whole old content or the whole new, never a mixture",
  async (cut) => {
    await files.writeDurably(join(folder, "a"), text("old"));
    killAt = cut;
    await expect(files.writeDurably(join(folder, "a"), text("new content"))).rejects.toThrow("killed");
    expect(await readFile(join(folder, "a"), "utf8")).toBe(
      cut === "file.rename after" ? "new content" : "old",
    );
  },
);

test("a failed durable write leaves no temporary file behind", async () => {
  killAt = "file.fsync before";
  await expect(files.writeDurably(join(folder, "a"), text("x"))).rejects.toThrow("killed");
  expect(await readdir(folder)).toEqual([]);
});

test("folders are made with all that lead to them, and who loses that race to another finds them made", async () => {
  const path = join(folder, "a", "b", "c");
  await Promise.all([
    files.makeFolder(path),
    files.makeFolder(join(folder, "a", "b")),
    files.makeFolder(path),
  ]);
  for (const made of ["a", "a/b", "a/b/c"])
    expect((await stat(join(folder, made))).mode & 0o777, made).toBe(0o700);
  expect(effects.filter((effect) => effect === "file.fsyncdir after").length).toBeGreaterThanOrEqual(3);
});

test("a folder where a file is, below one, or where none can be made is refused at once", async () => {
  await writeFile(join(folder, "file"), "");
  for (const path of [join(folder, "file"), join(folder, "file", "a", "b"), "/proc/nope", "/proc/nope/a"])
    await expect(files.makeFolder(path), path).rejects.toMatchObject({
      syscall: "mkdir",
      path: expect.any(String),
    });
});

test("a temporary file says when it was made and is readable by its owner only", async () => {
  const temporary = await files.createTemporary(folder);
  const [name = ""] = await readdir(folder);
  expect(temporaryMadeAt(name)).toBe(1_700_000_000_000);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  await temporary.write(text("abc"));
  await temporary.discard();
  await temporary.discard();
  expect(await readdir(folder)).toEqual([]);
  expect(temporaryMadeAt("ca.pem")).toBeUndefined();
});

test("a committed temporary file stays, also when it is discarded afterwards", async () => {
  const temporary = await files.createTemporary(folder);
  await temporary.write(text("abc"));
  await temporary.write(text("def"));
  await temporary.commit(join(folder, "done"));
  await temporary.discard();
  expect(await readdir(folder)).toEqual(["done"]);
  expect(await readFile(join(folder, "done"), "utf8")).toBe("abcdef");
});

test("each new folder is synced into its parent, and a known one costs nothing", async () => {
  await files.makeFolder(join(folder, "a/b/c"));
  expect(effects.filter((effect) => effect === "file.fsyncdir after").length).toBe(3);
  effects = [];
  await files.makeFolder(join(folder, "a/b/c"));
  expect(effects).toEqual([]);
  expect((await stat(join(folder, "a/b/c"))).mode & 0o777).toBe(0o700);
});

test("a folder that a killed process may have left unsynced is synced again", async () => {
  const { mkdir } = await import("node:fs/promises");
  await mkdir(join(folder, "left"));
  await files.makeFolder(join(folder, "left"));
  expect(effects).toContain("file.fsyncdir after");
});

test("a refused sync stops the server, since nothing written before can be trusted (I16)", async () => {
  const reasons: string[] = [];
  const failing = openFiles({
    random: openRandom(),
    clock: { now: () => 0 },
    effect: () => undefined,
    failStop: (reason) => reasons.push(reason),
  });
  const temporary = await failing.createTemporary(folder);
  await temporary.discard();
  await expect(temporary.commit(join(folder, "x"))).rejects.toThrow();
  expect(reasons[0]).toContain("refused to sync");
});

test("a stream gives the whole file in pieces and closes it, also when its reader stops early", async () => {
  const content = new Uint8Array(200_000).map((_, index) => index % 251);
  await writeFile(join(folder, "big"), content);
  const pieces: Uint8Array[] = [];
  for await (const piece of (await files.stream(join(folder, "big"))) ?? []) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(1);
  expect(Buffer.concat(pieces).equals(content)).toBe(true);
  for await (const piece of (await files.stream(join(folder, "big"))) ?? []) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  const unread = await files.stream(join(folder, "big"));
  const iterator = unread?.[Symbol.asyncIterator]();
  await iterator?.return?.();
  expect(await iterator?.next()).toEqual({ done: true, value: undefined });
});

test("what does not exist is absent, not an error", async () => {
  const missing = join(folder, "missing");
  expect(await files.read(missing)).toBeUndefined();
  expect(await files.stream(missing)).toBeUndefined();
  expect(await files.sizeBytes(missing)).toBeUndefined();
  expect(await files.list(missing)).toEqual([]);
  await files.remove(missing);
});

test("a file that group or others can read is told from a private one, and free space is known", async () => {
  await writeFile(join(folder, "key"), "x", { mode: 0o600 });
  expect(await files.readableByOthers(join(folder, "key"))).toBe(false);
  for (const mode of [0o640, 0o604, 0o644]) {
    await chmod(join(folder, "key"), mode);
    expect(await files.readableByOthers(join(folder, "key"))).toBe(true);
  }
  expect(await files.freeBytes(folder)).toBeGreaterThan(0);
});

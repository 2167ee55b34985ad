import { mkdtemp, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programTabs } from "./program-tabs.ts";

const never = new AbortController().signal;

test("Of two programs that share a folder one holds a lock at a time, and a failure lets go of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-tabs-"));
  const [one, two] = [programTabs(folder), programTabs(folder)];
  const said: string[] = [];
  let letGo: () => void = () => undefined;
  const first = one.withLock("search of a@b.test:1", never, async () => {
    said.push("one begins");
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
    said.push("one ends");
    throw new Error("it failed");
  });
  const second = two.withLock("search of a@b.test:1", never, async () => said.push("two"));
  expect(await two.withLock("another", never, async () => "at once")).toBe("at once");
  const ended = new AbortController();
  const third = two.withLock("search of a@b.test:1", ended.signal, async () => said.push("three"));
  ended.abort(new Error("not any more"));
  await expect(third).rejects.toThrow("not any more");
  letGo();
  await expect(first).rejects.toThrow("it failed");
  await second;
  expect(said).toEqual(["one begins", "one ends", "two"]);
  for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
});

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nameBuild } from "../../build/name-build.ts";

let folder: string;
const files = { "index.html": "<p>", "message.html": "<b>", "sw.js": "1", "assets/index-abc.js": "let a;" };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "build-"));
  await mkdir(join(folder, "assets"));
});
afterAll(() => rm(folder, { recursive: true }));

async function named(changes: Partial<Record<keyof typeof files, string>> = {}): Promise<string> {
  for (const [path, text] of Object.entries({ ...files, ...changes }))
    await writeFile(join(folder, path), text);
  return nameBuild(folder);
}

test("a build has the same name each time, and another when a single letter of any of its files is another", async () => {
  const name = await named();
  expect(name).toMatch(/^[\w-]{16}$/);
  expect(await named()).toBe(name);
  const others = [
    await named({ "index.html": "<q>" }),
    await named({ "message.html": "<i>" }),
    await named({ "sw.js": "2" }),
    await named({ "assets/index-abc.js": "let b;" }),
  ];
  expect(new Set([name, ...others]).size).toBe(5);
  await named();
  await writeFile(join(folder, "assets", "more.svg"), "");
  expect(await nameBuild(folder)).not.toBe(name);
});

/** That each published attack is tried, under a name of its own. */
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { published } from "./published.ts";

const folder = new URL(".", import.meta.url);
/** An id, or a paper with its year. */
const citation =
  /CVE-\d{4}-\d{4,}|RFC \d+|draft-ietf-[a-z-]+|\((?:[A-Z][A-Za-z&]*(?: Security)? )?(?:19|20)\d\d\)/;

test("forty published attacks at least are tried, each in a test that has its paper or id in the name", async () => {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".test.ts"));
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
  const used = sources.flatMap((source) => [...source.matchAll(/published\.(?!ts\b)([A-Za-z]+)/g)]);
  const [keys, names] = [Object.keys(published), Object.values(published)];
  expect(new Set(used.map(([, key]) => key))).toEqual(new Set(keys));
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !citation.test(name))).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(40);
  const lines = names.toSorted().map((name, index) => `${String(index + 1).padStart(3)} ${name}`);
  process.stdout.write(`${lines.join("\n")}\n`);
});

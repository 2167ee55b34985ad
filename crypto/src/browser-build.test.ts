import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const folder = import.meta.dirname;
const { browser }: { browser: Record<string, string> } = JSON.parse(
  readFileSync(join(folder, "../package.json"), "utf8"),
);
const replaced = Object.entries(browser).filter(([from]) => from.startsWith("./src/"));

describe("what a browser's build has in the place of Node's own", () => {
  test.each(replaced)("%s: %s has the same doors", async (from, to) => {
    const [node, web] = [await import(join(folder, "..", from)), await import(join(folder, "..", to))];
    expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort());
  });

  test("is replaced in what is built as in the sources", () => {
    const built = (path: string) => path.replace("./src/", "./dist/").replace(/\.ts$/, ".js");
    const expected = replaced.flatMap(([from, to]) => [
      [from, to],
      [built(from), built(to)],
    ]);
    expect(browser).toEqual(Object.fromEntries(expected));
  });

  test("is all there is: no other file runs anything of Node's", () => {
    const ofNode = globSync(["*.ts", "vector-cases/*.ts"], { cwd: folder })
      .filter((file) => !file.endsWith(".test.ts"))
      .filter((file) =>
        /^import (?!type\b)[^;]*"node:|\bBuffer\./m.test(readFileSync(join(folder, file), "utf8")),
      );
    expect(ofNode.sort()).toEqual(replaced.map(([from]) => from.slice("./src/".length)).sort());
  });
});

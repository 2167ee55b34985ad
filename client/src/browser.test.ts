import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = dirname(fileURLToPath(import.meta.url));

/** Every file that is loaded with `entry`, with what it takes from elsewhere. */
function importsFrom(entry: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const waiting = [join(root, entry)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const text = readFileSync(path, "utf8");
    const names = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, name = ""]) => name);
    found.set(path, names);
    for (const name of names) if (name.startsWith(".")) waiting.push(join(dirname(path), name));
  }
  return found;
}

test("What a page loads takes nothing from Node", () => {
  const loaded = importsFrom("index.ts");
  expect(loaded.size).toBeGreaterThan(20);
  for (const [path, names] of loaded) {
    const file = relative(root, path);
    expect(file).not.toMatch(/^node\//);
    expect({ file, fromNode: names.filter((name) => name.startsWith("node:")) }).toEqual({
      file,
      fromNode: [],
    });
    expect({ file, buffers: /\bBuffer\b|\bprocess\./.test(readFileSync(path, "utf8")) }).toEqual({
      file,
      buffers: false,
    });
  }
});

test("A page loads the sign-in's WASM only when somebody signs in", () => {
  for (const [path, names] of importsFrom("index.ts")) {
    if (!names.includes("@serenity-kit/opaque")) continue;
    const text = readFileSync(path, "utf8");
    const atOnce = [...text.matchAll(/^import (?!type )[^;]*"@serenity-kit\/opaque"/gm)];
    expect(atOnce).toEqual([]);
  }
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const sources = join(import.meta.dirname, "..");
const ofASide =
  /(?:^|[\s{;])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-)?(?:left|right)(?:-(?:width|color|style))?\s*:|border-(?:top|bottom)-(?:left|right)-radius|(?:text-align|float|clear)\s*:\s*(?:left|right)\b/;

/** Four sides in one, of which left and right are not the same. */
function isUneven(line: string): boolean {
  const sides = /(?:^|[\s{;])(?:padding|margin|inset|scroll-padding)\s*:\s*([^;]+);/.exec(line)?.[1];
  const [, right, , left] = sides?.match(/(?:[^\s(]|\([^)]*\))+/g) ?? [];
  return left !== undefined && left !== right;
}

test("no style names left or right, so that all of it turns round in a script from right to left", () => {
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".css"),
  );
  expect(files.length).toBeGreaterThan(30);
  const found = files.flatMap((name) =>
    readFileSync(join(sources, name), "utf8")
      .split("\n")
      .flatMap((line, at) =>
        ofASide.test(line) || isUneven(line) ? [`${name}:${at + 1} ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});

test("what looks for them finds them", () => {
  for (const line of ["  left: 0;", "  margin-right: 4px;", "  text-align: left;", "border-left-color: red"])
    expect(ofASide.test(line)).toBe(true);
  for (const line of ["  margin-inline-start: 0;", "  background: linear-gradient(to right, red, blue);"])
    expect(ofASide.test(line)).toBe(false);
  for (const line of ["  padding: 4px 8px 4px 16px;", "  inset: auto auto 12px 64px;"])
    expect(isUneven(line)).toBe(true);
  for (const line of [
    "  padding: 4px 8px;",
    "  margin: 0 12px 4px 12px;",
    "  padding: 8px 16px calc(8px + 1px);",
  ])
    expect(isUneven(line)).toBe(false);
});

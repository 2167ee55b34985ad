import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const sources = join(import.meta.dirname, "..");
const ofASide =
  /(?:^|[\s{;])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-)?(?:left|right)(?:-(?:width|color|style))?\s*:|border-(?:top|bottom)-(?:left|right)-radius|(?:text-align|float|clear)\s*:\s*(?:left|right)\b/;

test("no style names left or right, so that all of it turns round in a script from right to left", () => {
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".css"),
  );
  expect(files.length).toBeGreaterThan(30);
  const found = files.flatMap((name) =>
    readFileSync(join(sources, name), "utf8")
      .split("\n")
      .flatMap((line, at) => (ofASide.test(line) ? [`${name}:${at + 1} ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

test("what looks for them finds them", () => {
  for (const line of ["  left: 0;", "  margin-right: 4px;", "  text-align: left;", "border-left-color: red"])
    expect(ofASide.test(line)).toBe(true);
  for (const line of ["  margin-inline-start: 0;", "  background: linear-gradient(to right, red, blue);"])
    expect(ofASide.test(line)).toBe(false);
});

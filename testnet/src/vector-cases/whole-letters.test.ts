import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type LetterVectors, wholeLetterCases } from "./whole-letters.ts";

const vectors: LetterVectors = JSON.parse(
  readFileSync(new URL("../../../vectors/whole-letters.json", import.meta.url), "utf8"),
);

describe("vectors/whole-letters.json", () => {
  test.each(wholeLetterCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

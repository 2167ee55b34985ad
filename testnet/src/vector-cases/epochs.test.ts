import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type EpochVectors, epochCases } from "./epochs.ts";

const vectors: EpochVectors = JSON.parse(
  readFileSync(new URL("../../../vectors/epochs.json", import.meta.url), "utf8"),
);

describe("vectors/epochs.json", () => {
  test.each(epochCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

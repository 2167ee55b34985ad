import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ArrivalDocuments, arrivalDocumentCases } from "../vector-cases/arrivals.ts";

const vectors: ArrivalDocuments = JSON.parse(
  readFileSync(new URL("../../../vectors/arrivals.json", import.meta.url), "utf8"),
);

describe("the documents of vectors/arrivals.json", () => {
  test.each(arrivalDocumentCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

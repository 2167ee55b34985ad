import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openRecord, recordIdOf, sealRecord } from "./owner-record.ts";
import { ownerRecordCases, type RecordVectors } from "./vector-cases/owner-records.ts";

const vectors: RecordVectors = JSON.parse(
  readFileSync(new URL("../../vectors/owner-records.json", import.meta.url), "utf8"),
);

const secret = new Uint8Array(32).fill(9);
const address = "alice@a.test";
const place = {
  address,
  collection: "pins",
  id: await recordIdOf(secret, "pins", "bob@b.test"),
  revision: 2,
};
const pin = new TextEncoder().encode(JSON.stringify({ seq: 3 }));
const other = await recordIdOf(secret, "pins", "eve@e.test");
const sealed = await sealRecord(secret, place, pin);

describe("vectors/owner-records.json", () => {
  test.each(ownerRecordCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("a record of the owner", () => {
  test("opens where it was put", async () => {
    expect(await openRecord(secret, place, sealed)).toEqual(pin);
  });

  test.each([
    ["another record's place", { id: other }],
    ["another collection", { collection: "drafts" }],
    ["an older number", { revision: 1 }],
    ["a newer number", { revision: 3 }],
    ["another account", { address: "eve@a.test" }],
  ])("does not open when the server puts it into %s (threats F2, F7)", async (_where, change) => {
    expect(await openRecord(secret, { ...place, ...change }, sealed)).toBeUndefined();
  });

  test("does not open when it is changed, or with another secret", async () => {
    expect(await openRecord(new Uint8Array(32), place, sealed)).toBeUndefined();
    for (const at of [0, 30, 60, sealed.length - 1]) {
      const changed = sealed.map((byte, index) => (index === at ? byte ^ 1 : byte));
      expect(await openRecord(secret, place, changed)).toBeUndefined();
    }
  });

  test("has an id that is the same each time and another for each name, collection and owner", async () => {
    const ids = await Promise.all([
      recordIdOf(secret, "pins", "bob@b.test"),
      recordIdOf(secret, "pins", "eve@e.test"),
      recordIdOf(secret, "drafts", "bob@b.test"),
      recordIdOf(new Uint8Array(32), "pins", "bob@b.test"),
    ]);
    expect(ids[0]).toBe(place.id);
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});

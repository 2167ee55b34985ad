import { expect, it } from "vitest";
import { bytes, int, optionalInt, optionalText, text } from "./row.ts";
import type { Row } from "./sql.ts";

const row = { number: 1, big: 1n, text: "a", bytes: new Uint8Array([1]), nothing: null };

it("columns are read as what they are", () => {
  expect(int(row, "number")).toBe(1);
  expect(text(row, "text")).toBe("a");
  expect(bytes(row, "bytes")).toBe(row.bytes);
  expect(optionalInt(row, "number")).toBe(1);
  expect(optionalText(row, "text")).toBe("a");
  for (const read of [optionalInt, optionalText]) expect(read(row, "nothing")).toBeUndefined();
});

it("a column that is missing, null or of another type throws and says which", () => {
  const columns = ["number", "big", "text", "bytes", "nothing", "missing"];
  const readers: [(from: Row, column: string) => unknown, string][] = [
    [int, "number"],
    [text, "text"],
    [bytes, "bytes"],
  ];
  for (const [read, column] of readers) {
    for (const other of columns.filter((name) => name !== column)) {
      expect(() => read(row, other)).toThrow(`column ${other}: expected`);
    }
  }
  for (const read of [optionalInt, optionalText]) {
    expect(() => read(row, "missing")).toThrow("column missing: expected");
    expect(() => read(row, "big")).toThrow("got bigint");
  }
});

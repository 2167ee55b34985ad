import { expect, test } from "vitest";
import { columns, fitTo, widthOf } from "./columns.ts";

test("Columns stand under one another, with nothing at the ends of lines", () => {
  expect(
    columns([
      ["a", "one", ""],
      ["bbb", "", "last"],
    ]),
  ).toBe("a    one\nbbb       last");
});

test("Letters that take two places on a terminal are counted as two", () => {
  expect(widthOf("日本")).toBe(4);
  expect(widthOf("👩‍👩‍👧")).toBe(2);
  expect(widthOf("Grüße")).toBe(5);
  expect(
    columns([
      ["日本", "x"],
      ["abcde", "y"],
    ]),
  ).toBe("日本   x\nabcde  y");
});

test("A line is cut to the terminal at its end, and never inside a letter", () => {
  expect(fitTo("abcdef", 6)).toBe("abcdef");
  expect(fitTo("abcdef", 4)).toBe("abc…");
  expect(fitTo("日本語", 4)).toBe("日…");
  expect(fitTo("a👩‍👩‍👧b", 3)).toBe("a…");
  expect(columns([["id", "x".repeat(100)]], 20)).toBe(`id  ${"x".repeat(15)}…`);
});

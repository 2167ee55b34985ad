import { describe, expect, test } from "vitest";
import { parseDictionary, parseItem, parseList } from "./structured-field.ts";

describe("structured fields (RFC 9651)", () => {
  test("a date that can be held is read", () => {
    expect(parseItem("@1659578233")).toEqual([new Date("2022-08-04T01:57:13Z"), new Map()]);
  });

  test.each([
    ["an item", () => parseItem("@999999999999999")],
    ["an item's parameter", () => parseItem("1;a=@999999999999999")],
    ["a list", () => parseList("1, @-999999999999999")],
    ["an inner list's parameter", () => parseList("(1);a=@999999999999999")],
    ["a dictionary", () => parseDictionary("a=1, b=@999999999999999")],
  ])("a date beyond what can be held is refused in %s", (_, read) => {
    expect(read).toThrow("further off");
  });

  test.each(["a=", "a=1,", "A=1", "a=1;B", "a=:A:", 'a="\u00e9"', "a=1 b=2"])(
    "%s is no dictionary",
    (text) => {
      expect(() => parseDictionary(text)).toThrow();
    },
  );
});

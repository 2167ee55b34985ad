import { expect, it } from "vitest";
import { isKeyword, isUnread } from "./keywords.ts";

it("every printable character of ASCII may stand in a keyword but those that RFC 8621 §4.1.1 names", () => {
  const printable = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index));
  expect(printable.filter((character) => !isKeyword(character)).join("")).toBe('"%()*\\]{');
  for (const text of ["", " ", "two words", "ä", "\u007f", "a\n", "x".repeat(101)]) {
    expect(isKeyword(text), JSON.stringify(text)).toBe(false);
  }
  for (const text of ["$seen", "x".repeat(100), "a:b/c"]) expect(isKeyword(text), text).toBe(true);
});

it("a message is unread that is neither seen nor a draft", () => {
  expect(isUnread([])).toBe(true);
  expect(isUnread(["$flagged"])).toBe(true);
  expect(isUnread(["$seen"])).toBe(false);
  expect(isUnread(["$draft", "$flagged"])).toBe(false);
});

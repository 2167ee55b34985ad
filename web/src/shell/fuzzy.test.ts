import { expect, it } from "vitest";
import { bestFits, fit } from "./fuzzy.ts";

const names = ["Mark as unread", "Mark as read", "Archive", "Go to Inbox", "Inbox", "Later today"];
const found = (letters: string) => bestFits(letters, names, (name) => name, 10);

it("finds a name by its beginning before one that has the letters further on", () => {
  expect(found("inb")).toEqual(["Inbox", "Go to Inbox"]);
});

it("finds a name by the first letters of its words", () => {
  expect(found("mau")[0]).toBe("Mark as unread");
  expect(found("gti")).toEqual(["Go to Inbox"]);
});

it("finds nothing for letters that stand in no name in this order", () => {
  expect(found("xyz")).toEqual([]);
  expect(fit("evihcra", "Archive")).toBeUndefined();
});

it("leaves everything as it was while nothing is typed", () => {
  expect(found("")).toEqual(names);
});

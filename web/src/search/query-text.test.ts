import { expect, it } from "vitest";
import { chipsOf, completed, corrected, lastWord, quoted, withoutChip } from "./query-text.ts";

it("shows each operator with its value as a chip that can be taken out", () => {
  const query = 'plan from:ana label:"Big trips" -is:unread offer';
  const chips = chipsOf(query);
  expect(chips.map(({ text }) => text)).toEqual(["from:ana", 'label:"Big trips"', "-is:unread"]);
  const [, label] = chips;
  expect(label && withoutChip(query, label)).toBe("plan from:ana -is:unread offer");
});

it("takes no address of a page for an operator, and no operator without a value for a chip", () => {
  expect(chipsOf("see from: it").map(({ text }) => text)).toEqual([]);
});

it("knows what is being typed, and says it to its end", () => {
  const query = "plan from:an";
  expect(lastWord(query)).toEqual({ start: 5, isNot: false, operator: "from", value: "an" });
  expect(completed(query, lastWord(query), "from:ana@a.test")).toBe("plan from:ana@a.test ");
  expect(lastWord('label:"Big tr')).toEqual({
    start: 0,
    isNot: false,
    operator: "label",
    value: "Big tr",
  });
  expect(completed("pears -from:an", lastWord("pears -from:an"), "from:ana@a.test")).toBe(
    "pears -from:ana@a.test ",
  );
  expect(completed("ha", lastWord("ha"), "has:")).toBe("has:");
  expect(lastWord("plan ")).toEqual({ start: 5, isNot: false, operator: undefined, value: "" });
});

it("puts quotes around what has spaces", () => {
  expect(quoted("Big trips")).toBe('"Big trips"');
  expect(quoted("Finance")).toBe("Finance");
});

it("puts a word that some message has in place of one that none has", () => {
  expect(corrected("qarterly from:ana", [{ word: "qarterly", instead: "quarterly" }])).toBe(
    "quarterly from:ana",
  );
});

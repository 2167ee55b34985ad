import { expect, test } from "vitest";
import { filledIn, hasBlank, templateWord, withoutBlanks } from "./template-text.ts";

test.each([
  [";", ""],
  [";th", "th"],
  ["Dear Bo,\n;thanks", "thanks"],
  ["Well ;th", "th"],
  ["Well;th", undefined],
  ["; ", undefined],
  [";th anks", undefined],
  [";;", undefined],
  ["", undefined],
])("after %j the word is %j", (before, word) => {
  expect(templateWord(before)).toBe(word);
});

test("names stand where they are to, as the language lists them, and as words", () => {
  const text = "Hi {{name}}, {{name}}!";
  expect(filledIn(text, ["Ana"], "en")).toBe("Hi Ana, Ana!");
  expect(filledIn(text, ["Ana", "Bo"], "de")).toBe("Hi Ana und Bo, Ana und Bo!");
  expect(filledIn(text, ["b_o"], "en")).toBe("Hi b\\_o, b\\_o!");
  expect(filledIn(text, [], "en")).toBe(text);
  expect(filledIn("$& {{name}}", ["$&"], "en")).toBe("$& $&");
});

test("a letter is asked for the names that are missing in it, not in what it quotes", () => {
  const quoted = "Hello\n\n> Hi {{name}}";
  expect(hasBlank(`Dear {{name}},\n${quoted}`)).toBe(true);
  expect(hasBlank(quoted)).toBe(false);
  expect(withoutBlanks(`Dear {{name}},\n${quoted}`, ["Ana"], "en")).toBe(`Dear Ana,\n${quoted}`);
});

import { expect, test } from "vitest";
import { filledIn, templateWord } from "./template-text.ts";

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

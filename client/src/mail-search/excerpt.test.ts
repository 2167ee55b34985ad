import fc from "fast-check";
import { expect, test } from "vitest";
import { parseQuery } from "../search/query.ts";
import { excerptOf, markedSubject } from "./excerpt.ts";

const planOf = (query: string) => parseQuery(query, { now: 0, zone: "UTC" });

function marked({ text, marks }: { text: string; marks: readonly { start: number; end: number }[] }) {
  return marks.map(({ start, end }) => text.slice(start, end));
}

test("of a long text the words around the first that was found are shown, from the beginning of a word on", () => {
  const body = `${"All of this is of no interest. ".repeat(30)}Then the blue\n\n  binder came, and it was blue.`;
  const found = excerptOf(body, planOf("blue binder "));
  expect(found.text).toBe("of this is of no interest. Then the blue binder came, and it was blue.");
  expect(marked(found)).toEqual(["blue", "binder", "blue"]);
});

test("a short text is shown from its beginning, and one that has nothing of it too", () => {
  expect(excerptOf("Hello\tBob,\nhow are you?", planOf("bob "))).toEqual({
    text: "Hello Bob, how are you?",
    marks: [{ start: 6, end: 9 }],
  });
  expect(excerptOf("word ".repeat(100), planOf("nothing "))).toMatchObject({ marks: [] });
  expect(marked(markedSubject("Über\r\nBäcker", planOf("backer uber ")))).toEqual(["Über", "Bäcker"]);
});

test("no excerpt is longer than it may be, splits a character, or marks what is not in it", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", " ", "é", "🎉", "東", "京", "\n", "plan"),
    maxLength: 600,
  });
  fc.assert(
    fc.property(text, (body) => {
      const found = excerptOf(body, planOf("plan 東京 🎉 "));
      expect(found.text.length).toBeLessThanOrEqual(160);
      expect(found.text.isWellFormed()).toBe(true);
      for (const mark of marked(found))
        expect(["plan", "東京", "🎉"].some((word) => mark.includes(word))).toBe(true);
    }),
  );
});

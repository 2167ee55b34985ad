import fc from "fast-check";
import { expect, test } from "vitest";
import type { Field } from "./fields.ts";
import { marks } from "./marks.ts";
import { planOf } from "./test-search.ts";

/** The text with brackets around what is marked. */
function marked(text: string, query: string, field: Field = "body"): string {
  return marks(text, planOf(query), field).reduceRight(
    (rest, { start, end }) => `${rest.slice(0, start)}[${rest.slice(start, end)}]${rest.slice(end)}`,
    text,
  );
}

test.each([
  ["The plan is a plan", "plan ", "The [plan] is a [plan]"],
  ["Planning the plan", "pla", "[Pla]nning the [pla]n"],
  ["Über die Übung", "ub", "[Üb]er die [Üb]ung"],
  ["U\u0308ber die Bru\u0308cke", "bru", "U\u0308ber die [Bru\u0308]cke"],
  ["Große Straße", "strass", "Große [Straß]e"],
  ["Große Straße", "stras", "Große [Straß]e"],
  ["ﬃ eﬃcient", "effi", "ﬃ [eﬃ]cient"],
  ["Write to bob@b.test.", "bob@b.test ", "Write to [bob@b.test]."],
  ["Write to bob@b.test.", "bob ", "Write to [bob]@b.test."],
  ["annual-report.pdf", "report.pdf ", "annual-[report].[pdf]"],
  ["明日は東京都へ行く", "東京 ", "明日は[東京]都へ行く"],
  ["明日は東京都へ行く", "東京都 ", "明日は[東京都]へ行く"],
  ["明日は東京都へ行く", "京 ", "明日は東[京]都へ行く"],
  ["ประชุมที่กรุงเทพ", "กรุงเทพ ", "ประชุมที่[กรุงเทพ]"],
  ["The plan for the plan b", '"plan b"', "The plan for the [plan b]"],
  ["The plan b and plan bee", '"plan b', "The [plan b] and [plan b]ee"],
  ["yes 👍🏽 no", "👍 ", "yes [👍]🏽 no"],
  ["plan and town", "plan -town ", "[plan] and town"],
  ["plan and town", "(plan OR city) ", "[plan] and town"],
  ["plan", "subject:plan is:unread ", "plan"],
  ["nothing of it", "plan ", "nothing of it"],
])("in “%s” by “%s”: %s", (text, query, expected) => {
  expect(marked(text, query)).toBe(expected);
});

test("a word that is asked for in one field is marked there alone", () => {
  expect(marked("the plan", "subject:plan ", "subject")).toBe("the [plan]");
});

test("marks are in order, apart from each other, and within the text, whatever it is", () => {
  const text = fc.string({
    unit: fc.constantFrom(..."abcäßé ", "東", "京", "ก", "รุ", "👍🏽", "e\u0301", "@", "."),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, text, (text, query) => {
      let last = -1;
      for (const { start, end } of marks(text, planOf(query), "body")) {
        expect(start).toBeGreaterThan(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
  );
});

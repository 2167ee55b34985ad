import { expect, test } from "vitest";
import { isShownWhole, splitQuotes } from "./split-quotes.ts";

test("what is quoted at the end stands apart from what was said, with who said it", () => {
  const text =
    "Yes, gladly.\n\nOn Tue, 3 Mar 2026 at 10:02, Bo <bo@b.test> wrote:\n> Shall we meet?\n>\n> Bo";
  const parts = splitQuotes(text);
  expect(parts).toEqual([
    { kind: "said", text: "Yes, gladly." },
    {
      kind: "quoted",
      intro: "On Tue, 3 Mar 2026 at 10:02, Bo <bo@b.test> wrote:",
      text: "Shall we meet?\n\nBo",
    },
  ]);
  expect(isShownWhole(parts, 1)).toBe(false);
});

test("an answer under each point keeps the short quotations in sight", () => {
  const parts = splitQuotes("> At ten?\n\nAt eleven.\n\n> Where?\n\nAt mine.");
  expect(parts.map(({ kind }) => kind)).toEqual(["quoted", "said", "quoted", "said"]);
  expect(parts.map((_, at) => isShownWhole(parts, at))).toEqual([true, true, true, true]);
});

test("who wrote is known in German and when the line was broken", () => {
  const parts = splitQuotes(
    "Gern.\n\nAm 3. März 2026 um 10:02 schrieb Bo Bergmann\n<bo@b.test>:\n> Treffen?",
  );
  expect(parts[0]).toEqual({ kind: "said", text: "Gern." });
  expect(parts[1]).toMatchObject({ kind: "quoted", text: "Treffen?" });
});

test("after the line of an original message all is quoted", () => {
  const parts = splitQuotes("See below.\n-----Original Message-----\nFrom: Bo\n\nHello");
  expect(parts.map(({ kind }) => kind)).toEqual(["said", "quoted"]);
  expect(parts[1]?.text).toBe("From: Bo\n\nHello");
});

test("a text without quotations is as it was", () => {
  expect(splitQuotes("One\n\nTwo")).toEqual([{ kind: "said", text: "One\n\nTwo" }]);
  expect(splitQuotes("")).toEqual([]);
});

import { expect, test } from "vitest";
import { coverageValue, coverageWords, problemWords, suggestionWords } from "./search-words.ts";

const all = { since: Number.NEGATIVE_INFINITY, waiting: 0, messages: 3, partial: 0, total: 3, share: 1 };

test("No more is said to have been searched than was", () => {
  expect(coverageWords(all)).toBe("All your mail was searched.");
  expect(coverageWords({ ...all, waiting: 1, partial: 2 })).toBe(
    "All your mail was searched. 1 message that came or changed lately not yet. Of 2 messages that could not be opened only who wrote to whom was looked at.",
  );
  const half = { ...all, since: Date.UTC(2024, 4, 6, 12), total: 9, share: 1 / 3 };
  expect(coverageWords(half)).toBe("Everything since 2024-05-06 was searched, 3 of 9 messages.");
  expect(coverageWords({ ...half, since: undefined })).toBe("3 of 9 messages were searched.");
});

test("Programs are told the same", () => {
  expect(coverageValue(all)).toMatchObject({ isWhole: true, since: null });
  expect(coverageValue({ ...all, waiting: 1 })).toMatchObject({ isWhole: false, waiting: 1 });
  const since = Date.UTC(2024, 4, 6, 12);
  expect(coverageValue({ ...all, since })).toMatchObject({
    isWhole: false,
    since: "2024-05-06T12:00:00.000Z",
  });
});

test("What was not understood is said with what could be written instead, and shows no control characters", () => {
  const place = { start: 0, end: 1 };
  const problem = {
    problem: "unknownOperator",
    operator: "farbe",
    value: "rot",
    known: ["from", "to"],
  } as const;
  expect(problemWords({ ...problem, ...place })).toBe(
    "farbe: is no operator, so both words were searched for. Known are: from, to.",
  );
  const bad = { problem: "badValue", operator: "is", value: "\x1b[31m", known: ["unread"] } as const;
  expect(problemWords({ ...bad, ...place })).toContain("takes no “<U+001B>[31m”");
  expect(suggestionWords({ word: "qarterly", instead: "quarterly" })).toBe(
    "Nothing has “qarterly”. Did you mean “quarterly”?",
  );
});

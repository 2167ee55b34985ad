import type { Rule } from "@posthorn/client";
import { expect, test } from "vitest";
import { draftOf, faultOfDraft, fieldsOf, newRule } from "./rule-draft.ts";

const rule: Rule = {
  id: "r1",
  name: "Bills",
  sortOrder: 3,
  isEnabled: false,
  conditions: {
    from: ["*@shop.example", "bob@b.example"],
    cc: ["team@b.example"],
    hasAttachment: true,
    minSize: 1_500_000,
  },
  actions: {
    mailboxIds: { f17: true },
    keywords: { $flagged: true, $important: true },
    skipInbox: true,
    stop: true,
  },
};

test("a rule that is opened and kept is the same, with what the form does not show", () => {
  const { id: _, ...fields } = rule;
  expect(fieldsOf(draftOf(rule), rule, 9)).toEqual(fields);
});

test("what is taken out of the form is taken out of the rule, and nothing else", () => {
  const draft = { ...draftOf(rule), isStarred: false, labels: [], conditions: [] };
  expect(fieldsOf(draft, rule, 9)).toMatchObject({
    conditions: { cc: ["team@b.example"] },
    actions: { keywords: { $important: true }, skipInbox: true, stop: true },
  });
  expect(fieldsOf(draft, rule, 9).actions).not.toHaveProperty("mailboxIds");
});

test("a rule needs something to do, and conditions that say something", () => {
  expect(faultOfDraft(newRule)).toBe("emptyCondition");
  const from = { kind: "from", text: "bob@b.example" } as const;
  expect(faultOfDraft({ ...newRule, conditions: [from] })).toBe("noAction");
  expect(faultOfDraft({ ...newRule, conditions: [{ kind: "larger", text: "big" }], isRead: true })).toBe(
    "badSize",
  );
  expect(faultOfDraft({ ...newRule, conditions: [from], isRead: true })).toBeUndefined();
});

test("sizes are megabytes, with a comma where people write one", () => {
  const draft = { ...newRule, conditions: [{ kind: "smaller", text: "0,5" } as const] };
  expect(fieldsOf(draft, undefined, 0).conditions).toEqual({ maxSize: 500_000 });
});

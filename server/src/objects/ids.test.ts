import fc from "fast-check";
import { expect, it } from "vitest";
import { findConversation, findId, findState, formatId, formatThreadId, type IdSort } from "./ids.ts";

const sorts = ["account", "mailbox", "email", "submission", "identity"] as const satisfies readonly IdSort[];

it("an id names what it was made of, and nothing of another sort", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 999_999_999_999_999 }),
      fc.constantFrom(...sorts),
      fc.constantFrom(...sorts),
      (id, sort, other) => {
        const text = formatId(sort, id);
        expect(findId(other, text)).toBe(sort === other ? id : undefined);
      },
    ),
  );
});

it("a text that no id was written as names nothing", () => {
  for (const text of ["", "f", "f01", "f-1", "f1.0", "f1 ", "F1", "f1e3", "1", `f${"9".repeat(16)}`]) {
    expect(findId("mailbox", text), text).toBeUndefined();
  }
  for (const text of [
    "t",
    "t1",
    "0192f0c1-7b3a-7000-8000-000000000001",
    "t0192F0C1-7B3A-7000-8000-000000000001",
  ]) {
    expect(findConversation(text), text).toBeUndefined();
  }
  for (const text of ["", "-1", "01", "1.5", "x", "9".repeat(16)])
    expect(findState(text), text).toBeUndefined();
});

it("a thread is named by its conversation, whatever the version of its UUID", () => {
  fc.assert(
    fc.property(fc.uuid(), (conversation) => {
      expect(findConversation(formatThreadId(conversation))).toBe(conversation);
    }),
  );
});

import { expect, it } from "vitest";
import { hasOnlyGrown, hasOnlyLost, newAmong, withNewContent } from "./held-pages.ts";

it("holds a list still in which something has come, and says how much", () => {
  const before = page("a", "b", "c");
  const now = page("new", "a", "b", "c");
  expect(hasOnlyGrown(before, now)).toBe(false);
  expect(newAmong(before, now)).toBe(1);
  expect(withNewContent(before, now).rows.map(({ threadId }) => threadId)).toEqual(["a", "b", "c"]);
});

it("counts a conversation that has come up by a new message as new", () => {
  expect(newAmong(page("a", "b", "c"), page("c", "a", "b"))).toBe(1);
});

it("counts what has come between others, as who was let in elsewhere does", () => {
  expect(newAmong(page("a", "b", "c"), page("a", "new", "b", "c"))).toBe(1);
  expect(newAmong(page("a", "b", "c"), page("new", "a", "c", "newer", "b"))).toBe(3);
  expect(newAmong(page("a", "b", "c"), page("a", "c", "from the next page"))).toBe(0);
});

it("says that nothing is new where something went away", () => {
  expect(newAmong(page("a", "b", "c"), page("a", "c"))).toBe(0);
});

it("lets come what comes below, as long as a mailbox is being read", () => {
  expect(hasOnlyGrown(page("a", "b"), page("a", "b", "c"))).toBe(true);
  expect(hasOnlyGrown(page("a", "b"), page("a", "b"))).toBe(true);
  expect(hasOnlyGrown({ ...page("a", "b"), total: 200 }, { ...page("a", "b"), total: 36_000 })).toBe(true);
  expect(hasOnlyGrown(page("a", "b"), page("a", "c", "b"))).toBe(false);
  expect(hasOnlyGrown(page("a", "b", "c"), page("a", "b"))).toBe(false);
});

it("tells what has only gone from what has come or moved", () => {
  expect(hasOnlyLost(page("a", "b", "c"), page("a", "c"))).toBe(true);
  expect(hasOnlyLost({ ...page("a", "b"), total: 5 }, { ...page("b", "c"), total: 4 })).toBe(true);
  expect(hasOnlyLost(page("a", "b", "c"), page("c", "a"))).toBe(false);
  expect(hasOnlyLost(page("a", "b"), page("new", "a"))).toBe(false);
});

it("shows what a row says now, where it was", () => {
  const now = { rows: [rowOf("new"), { ...rowOf("a"), isUnread: true }], total: 3 };
  expect(withNewContent(page("a", "b"), now).rows).toEqual([{ threadId: "a", isUnread: true }, rowOf("b")]);
});

function page(...ids: string[]) {
  return { rows: ids.map(rowOf), total: ids.length };
}

function rowOf(threadId: string) {
  return { threadId, isUnread: false };
}

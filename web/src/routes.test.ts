import { expect, it } from "vitest";
import { isToBeHad, readRoute, writeRoute } from "./routes.ts";

const at = (path: string) => readRoute(new URL(path, "https://a.test"));

it("shows with an address what it was written for, so that it can be loaded again, copied and gone back to", () => {
  for (const path of [
    "/inbox",
    "/later/t1",
    "/spam",
    "/starred",
    "/all/t1",
    "/label/m%2F1/t2",
    "/search?q=from%3Aana%20plan",
    "/search/t3?q=plan",
    "/people/bo%40b.test",
    "/settings/keyboard",
  ]) {
    expect(writeRoute(at(path))).toBe(path);
  }
});

it("takes a search for a place of mail", () => {
  expect(at("/search/t3?q=plan")).toEqual({
    page: "list",
    place: { kind: "search", query: "plan" },
    threadId: "t3",
  });
});

it("shows the inbox where nothing is named, and says so of what there is not", () => {
  expect(at("/")).toEqual(at("/inbox"));
  expect(at("/nowhere-at-all")).toEqual({ page: "nowhere" });
  expect(at("/label/%E0%A4%A")).toEqual({ page: "nowhere" });
});

it("leads on from signing in to a page of its own, and to no other", () => {
  for (const path of ["/settings/keyboard", "/label/m%2F1/t2", "/compose?to=bo%40b.test"])
    expect([
      path,
      isToBeHad(path),
      readRoute(new URL(`/sign-in?wanted=${encodeURIComponent(path)}`, "https://a.test")),
    ]).toEqual([path, true, { page: "signIn", wanted: path }]);
  for (const path of [
    "https://b.test/inbox",
    "//b.test/inbox",
    "/\\b.test/inbox",
    "javascript:alert(1)",
    "/sign-in",
    "/nowhere-at-all",
    "",
  ])
    expect([path, isToBeHad(path)]).toEqual([path, false]);
});

import { expect, it } from "vitest";
import { readRoute, writeRoute } from "./routes.ts";

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

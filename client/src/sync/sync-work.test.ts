import { expect, test } from "vitest";
import { noteMayHaveChanged, type Work } from "./sync-work.ts";

test("what was told of while something else was read is still to be read when that had more", () => {
  const work: Pick<Work, "changed"> = { changed: new Set() };
  noteMayHaveChanged(work, ["Mailbox"]);
  noteMayHaveChanged(work, new Set(["Email"]));
  expect(work.changed).toEqual(new Set(["Mailbox", "Email"]));
});

test("once nobody knows what has changed, all of it may have, whatever is told after", () => {
  const work: Pick<Work, "changed"> = { changed: new Set(["Email"]) };
  noteMayHaveChanged(work, "all");
  noteMayHaveChanged(work, ["Mailbox"]);
  expect(work.changed).toBe("all");
});

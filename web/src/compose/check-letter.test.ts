import { expect, it } from "vitest";
import { checkLetter } from "./check-letter.ts";
import type { Lookup } from "./use-recipients.ts";

function lookups(states: Readonly<Record<string, Lookup["state"]>>): Map<string, Lookup> {
  return new Map(Object.entries(states).map(([address, state]) => [address, lookupOf(state)] as const));
}

function lookupOf(state: Lookup["state"]): Lookup {
  return state === "looking" ? { state, sentence: null } : { state, sentence: null };
}

const [ana, bo, cy] = ["ana@a.test", "bo@b.test", "cy@c.test"];

function check(
  states: Readonly<Record<string, Lookup["state"]>>,
  files: ("done" | "uploading" | "failed")[] = [],
) {
  return checkLetter(
    { to: Object.keys(states), cc: [], body: "Hello" },
    lookups(states),
    files.map((state) => ({ state })),
  );
}

it("lets a letter go to people who are known, who are silent, or who are still looked for", () => {
  expect(check({ [ana]: "encrypted", [bo]: "silent", [cy]: "looking" })).toEqual({ kind: "ready" });
  expect(check({ [ana]: "newKey", [bo]: "offline", [cy]: "verified" })).toEqual({ kind: "ready" });
});

it("holds what goes to nobody, or to somebody who is not there", () => {
  expect(check({})).toEqual({ kind: "nobody" });
  expect(check({ [ana]: "encrypted", [bo]: "notFound" })).toEqual({ kind: "wrong", addresses: [bo] });
});

it("holds what goes to another identity than was compared", () => {
  expect(check({ [ana]: "mustCompare", [bo]: "open" })).toEqual({ kind: "compare", addresses: [ana] });
});

it("asks before it goes in the open, and does not mix that with what is sealed", () => {
  expect(check({ [ana]: "open", [bo]: "open" })).toEqual({ kind: "open", addresses: [ana, bo] });
  expect(check({ [ana]: "open", [bo]: "encrypted" })).toEqual({ kind: "mixed", addresses: [ana] });
});

it("waits for files, and says when one cannot go up", () => {
  expect(check({ [ana]: "encrypted" }, ["done", "uploading"])).toEqual({ kind: "files" });
  expect(check({ [ana]: "encrypted" }, ["failed", "uploading"])).toEqual({ kind: "failedFiles" });
  expect(check({ [ana]: "encrypted" }, ["done"])).toEqual({ kind: "ready" });
});

it("asks before a name that a template has left room for is missing", () => {
  const letter = { to: [ana], cc: [], body: "Dear {{name}}," };
  const known = lookups({ [ana]: "encrypted" });
  expect(checkLetter(letter, known, [])).toEqual({ kind: "blank" });
  expect(checkLetter(letter, known, [], { keys: [], blank: true })).toEqual({ kind: "ready" });
});

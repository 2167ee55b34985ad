import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type Token } from "@messageformat/parser";
import { describe, expect, it, test } from "vitest";
import { compileCatalogue } from "../../build/compile-words.ts";
import { makeLanguage, putTogether } from "./put-together.ts";

const folder = join(import.meta.dirname, "..", "..", "messages");
const english = read("en.json");
const others = readdirSync(folder).filter((name) => name !== "en.json");

function read(name: string): Record<string, string> {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

/** What a message is given, with the kind that each is used as. */
function argumentsOf(tokens: readonly Token[]): string[] {
  const found = tokens.flatMap((token): string[] => {
    if (token.type === "content" || token.type === "octothorpe") return [];
    const kind = token.type === "plural" || token.type === "select" ? token.type : "value";
    const within = "cases" in token ? token.cases.flatMap(({ tokens }) => argumentsOf(tokens)) : [];
    return [`${token.arg} ${kind}`, ...within];
  });
  return [...new Set(found)].sort();
}

describe.each(others)("%s", (name) => {
  const words = read(name);

  it("says all that is said in English, and nothing else", () => {
    expect(Object.keys(words)).toEqual(Object.keys(english));
  });

  it("is given what English is given", () => {
    for (const [id, text] of Object.entries(english)) {
      expect([id, argumentsOf(parse(words[id] ?? ""))]).toEqual([id, argumentsOf(parse(text))]);
    }
  });
});

test("ids are in order, so that two who add words seldom meet", () => {
  const ids = Object.keys(english);
  expect(ids).toEqual(ids.toSorted());
});

test("messages choose by number and by word, and tell numbers as the language does", () => {
  const catalogue = compileCatalogue({
    mail: "{count, plural, =0 {No mail} one {# letter} other {# letters}} for {name}",
    kind: "{kind, select, draft {A draft} other {A letter}}",
    place: "{place, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}",
  });
  const words = makeLanguage("en", catalogue);
  expect(putTogether(words, "mail", { count: 0, name: "Ana" })).toBe("No mail for Ana");
  expect(putTogether(words, "mail", { count: 1, name: "Ana" })).toBe("1 letter for Ana");
  expect(putTogether(words, "mail", { count: 1204, name: "Ana" })).toBe("1,204 letters for Ana");
  expect(putTogether(words, "kind", { kind: "draft" })).toBe("A draft");
  expect(putTogether(words, "kind", { kind: "anything" })).toBe("A letter");
  expect(putTogether(words, "place", { place: 3 })).toBe("3rd");
  expect(putTogether(makeLanguage("de", catalogue), "mail", { count: 1204, name: "Ana" })).toBe(
    "1.204 letters for Ana",
  );
});

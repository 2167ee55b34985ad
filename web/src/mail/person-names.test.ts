import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { compileCatalogue } from "../../build/compile-words.ts";
import { speak } from "../words/words.ts";
import { answerWords, namesOf, shortName, wholeName } from "./person-names.ts";

// As the build gives them to the page.
vi.mock("../../messages/en.json", async (original) => {
  const { default: words } = await original<{ default: Record<string, string> }>();
  return { default: compileCatalogue(words) };
});

beforeAll(async () => {
  vi.stubGlobal("document", { documentElement: {} });
  await speak("en");
});
afterAll(() => vi.unstubAllGlobals());

const ana = { address: "ana@a.test", name: "Ana Ruiz" };
const bo = { address: "bo@b.test" };
const other = { address: "ana@evil.test", name: "Ana Ruiz", isShared: true } as const;

it("one is called by the whole name, several by the first", () => {
  expect(namesOf([ana], "me@a.test")).toBe("Ana Ruiz");
  expect(namesOf([bo], "me@a.test")).toBe("bo");
  expect(namesOf([ana, bo], "me@a.test")).toBe("Ana, bo");
});

it("a name that two people have never stands without the address", () => {
  expect(wholeName(other)).toBe("Ana Ruiz <ana@evil.test>");
  expect(shortName(other)).toBe("Ana Ruiz <ana@evil.test>");
  expect(namesOf([other], "me@a.test")).toBe("Ana Ruiz <ana@evil.test>");
  expect(namesOf([bo, other], "me@a.test")).toBe("bo, Ana Ruiz <ana@evil.test>");
});

it("who answers an own letter writes to whom it went", () => {
  const me = { address: "me@a.test" };
  const nameOf = (letter: Parameters<typeof answerWords>[0]) => answerWords(letter, me.address);
  expect(nameOf({ isOwn: false, from: [bo], to: [me] })).toBe("Reply to bo");
  expect(nameOf({ isOwn: true, from: [me], to: [ana, me] })).toBe("Reply to Ana");
  expect(nameOf({ isOwn: true, from: [me], to: [me] })).toBe("Reply");
});

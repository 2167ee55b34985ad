import { expect, it } from "vitest";
import { namesOf, shortName, wholeName } from "./person-names.ts";

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

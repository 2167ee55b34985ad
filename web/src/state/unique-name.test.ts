import { expect, it } from "vitest";
import { uniqueName } from "./unique-name.ts";

it("leaves a name as it is that nobody has, and numbers it otherwise, before its end", () => {
  const taken = new Set(["image.png", "image-2.png", "notes", ".profile"]);
  const name = (wished: string) => uniqueName(wished, (other) => taken.has(other));
  expect(name("sea.png")).toBe("sea.png");
  expect(name("image.png")).toBe("image-3.png");
  expect(name("notes")).toBe("notes-2");
  expect(name("a.tar.gz")).toBe("a.tar.gz");
});

it("gives no name that is too long for a message", () => {
  expect(uniqueName(`${"x".repeat(400)}.jpeg`, () => false).length).toBeLessThan(255);
});

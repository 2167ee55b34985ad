import { expect, it } from "vitest";
import { mentionOfFile } from "./mentions-file.ts";

it("hears of a file in English and in German", () => {
  expect(mentionOfFile("Please find attached the plan.")).toBe("attached");
  expect(mentionOfFile("See the attachment!")).toBe("attachment");
  expect(mentionOfFile("Anbei der Plan.")).toBe("Anbei");
  expect(mentionOfFile("Der Plan ist angehängt.")).toBe("angehängt");
  expect(mentionOfFile("Alles Weitere im Anhang")).toBe("Anhang");
});

it("hears nothing of it where nobody speaks of one", () => {
  expect(mentionOfFile("I am attracted to the plan")).toBeUndefined();
  expect(mentionOfFile("Der Anhänger ist voll.")).toBeUndefined();
  expect(mentionOfFile("> I attached it\n\nThanks!")).toBeUndefined();
});

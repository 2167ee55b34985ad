import { expect, test } from "vitest";
import { stillMeant } from "./still-meant.ts";

const anna = { address: "anna@a.test", name: "Anna Ruíz" };
const jana = { address: "jana@b.test" };
const suggested = { text: "an", people: [anna, jana] };

test("what was suggested for a shorter text is not taken for a longer one that means somebody else", () => {
  expect(stillMeant(suggested, "anton@c.test")).toEqual([]);
  expect(stillMeant(suggested, "ann")).toEqual([anna]);
  expect(stillMeant(suggested, "ANNA ruiz")).toEqual([anna]);
  expect(stillMeant(suggested, "")).toEqual([]);
});

test("what was suggested for this very text is meant, however it was found", () => {
  expect(stillMeant({ text: "nana", people: [jana] }, "nana")).toEqual([jana]);
});

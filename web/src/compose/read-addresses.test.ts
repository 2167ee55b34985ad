import { expect, it } from "vitest";
import { looksWhole, readAddresses } from "./read-addresses.ts";

it("finds the addresses in a list as other programs copy it", () => {
  expect(readAddresses('"Ruiz, Ana" <Ana@a.test>, Bo <bo@b.test>;\ncy@c.test')).toEqual([
    "ana@a.test",
    "bo@b.test",
    "cy@c.test",
  ]);
});

it("takes each once, with or without a scheme, and without the dot that ends a sentence", () => {
  expect(readAddresses("mailto:bo@b.test bo@b.test (cy@c.test).")).toEqual(["bo@b.test", "cy@c.test"]);
});

it("leaves what is no address as it stands", () => {
  expect(readAddresses("  bo smith ")).toEqual(["bo smith"]);
  expect(readAddresses(" ,; ")).toEqual([]);
});

it("knows a whole address from one that is being typed", () => {
  expect(looksWhole("bo@b")).toBe(true);
  expect(looksWhole("bo@")).toBe(false);
  expect(looksWhole("bo")).toBe(false);
});

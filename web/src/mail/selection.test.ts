import { expect, it } from "vitest";
import { extendedTo, nextAfter, nothingSelected, selected, stillThere, toggled } from "./selection.ts";

const order = ["a", "b", "c", "d", "e"];

it("chooses a range from the one that was chosen last, in both directions", () => {
  const down = extendedTo(toggled(nothingSelected, "b"), "d", order);
  expect([...down.ids]).toEqual(["b", "c", "d"]);
  const up = extendedTo(down, "a", order);
  expect([...up.ids].sort()).toEqual(["a", "b", "c", "d"]);
});

it("takes one out that was chosen", () => {
  expect([...toggled(selected(["a", "b"]), "a").ids]).toEqual(["b"]);
});

it("forgets what is not in the list any more", () => {
  expect([...stillThere(selected(["a", "z"]), (id) => order.includes(id)).ids]).toEqual(["a"]);
});

it("goes on with the older one, at the end with the newer one, and the other way round when asked to", () => {
  expect(nextAfter(order, new Set(["b", "c"]))).toBe("d");
  expect(nextAfter(order, new Set(["e"]))).toBe("d");
  expect(nextAfter(order, new Set(["b", "c"]), true)).toBe("a");
  expect(nextAfter(order, new Set(order))).toBeUndefined();
});

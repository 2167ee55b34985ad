import { expect, test } from "vitest";
import { actsKept, keepingInTurn } from "./acts-kept.ts";

test("what is done second is kept second, however long the first takes and also when that fails", async () => {
  const desk = {};
  const kept: string[] = [];
  const slow = Promise.withResolvers<void>();
  const first = keepingInTurn(desk, async () => {
    await slow.promise;
    kept.push("first");
    throw new Error("There is no room.");
  });
  const second = keepingInTurn(desk, async () => {
    kept.push("second");
    return 2;
  });
  const all = actsKept(desk);
  slow.resolve();
  await expect(first).rejects.toThrow("There is no room.");
  expect(await second).toBe(2);
  await all;
  expect(kept).toEqual(["first", "second"]);
});

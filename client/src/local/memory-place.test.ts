import { expect, test } from "vitest";
import { memoryPlace } from "./memory-place.ts";
import { storeCases } from "./store-cases.ts";
import { rowTable } from "./table.ts";

test.each(storeCases)("in memory $name", async ({ run }) => {
  await run(memoryPlace);
});

test("a transaction that waits for something else fails, as it would in a browser", async () => {
  const notes = rowTable({
    name: "notes",
    keyOf: ({ id }: { id: string }) => id,
    matches: (value): value is { id: string } => typeof value === "object" && value !== null && "id" in value,
    indexes: {},
  });
  const store = await memoryPlace().open({ version: 1, tables: [notes] });
  const waiting = store.write([notes], async (writer) => {
    await writer.put(notes, [{ id: "a" }]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  await expect(waiting).rejects.toThrow("waits for something else");
  expect(await store.count(notes)).toBe(0);
});

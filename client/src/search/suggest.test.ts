import { expect, test } from "vitest";
import { openIndex } from "./search-index.ts";
import { memorySegmentStore } from "./segment-store.ts";
import { planOf } from "./test-search.ts";

test.each([
  ["qarterly ", "quarterly"],
  ["quartrely ", "quarterly"],
  ["uqarterly ", "quarterly"],
  ["budgte ", "budget"],
  ["Budgét ", undefined],
  ["buget", "budget"],
  ["qx ", undefined],
  ["elephant ", undefined],
  ["-qarterly ", undefined],
])("who types “%s” may mean %s", async (query, instead) => {
  const index = await openIndex(memorySegmentStore());
  await index.add([
    { id: "m1", receivedAt: 1, texts: { subject: "Quarterly budget", body: "quarterly numbers" } },
    { id: "m2", receivedAt: 2, texts: { subject: "Quarter", body: "budgets" } },
  ]);
  const before = await index.suggest(planOf(query));
  await index.flush();
  for (const suggestions of [before, await index.suggest(planOf(query))]) {
    expect(suggestions.map(({ instead }) => instead)).toEqual(instead === undefined ? [] : [instead]);
  }
});

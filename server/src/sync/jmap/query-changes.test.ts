import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TrialTodos, trialApi } from "./trial-todos.ts";

const deed = fc.record({
  id: fc.nat(14).map((id) => `n${id}`),
  title: fc.constantFrom("A", "B", "C", "D", "E"),
  isMusic: fc.boolean(),
  isGone: fc.boolean(),
});
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

function act(todos: TrialTodos, deeds: readonly Deed[]): void {
  for (const { id, title, isMusic, isGone } of deeds) {
    if (!isGone) todos.put({ id, title, keywords: isMusic ? { music: true } : {} });
    else if (todos.held.todos.has(id)) todos.remove(id);
  }
}

interface Delta {
  removed: string[];
  added: { id: string; index: number }[];
  total: number;
}

/** As RFC 8620 §5.6 tells a client to: without the removed, then each of the added put at its index, then cut or filled up. */
function splice(cached: readonly (string | null)[], { removed, added, total }: Delta): (string | null)[] {
  const ids = cached.filter((id) => id === null || !removed.includes(id));
  for (const { id, index } of added) {
    while (ids.length < index) ids.push(null);
    ids.splice(index, 0, id);
  }
  while (ids.length < total) ids.push(null);
  return ids.slice(0, total);
}

const queries: [string, object][] = [
  ["that can change in filter and order", { filter: { hasKeyword: "music" }, sort: [{ property: "title" }] }],
  ["that can change in order", { sort: [{ property: "title", isAscending: false }] }],
  ["in which nothing changes but what comes and goes", {}],
];

describe.each(queries)("a /queryChanges of a query %s (RFC 8620 §5.6)", (_, query) => {
  const isFixed = Object.keys(query).length === 0;

  test("brings a client that has all results to the new results", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { maxLength: 30 }),
        fc.array(deed, { maxLength: 30 }),
        async (before, after) => {
          const todos = new TrialTodos();
          const api = trialApi(todos.methods());
          act(todos, before);
          const old = await api.ask("Todo/query", query);
          act(todos, after);
          const { queryState, ids } = await api.ask("Todo/query", query);
          const args = { ...query, sinceQueryState: old.queryState, calculateTotal: true };
          const delta = await api.ask("Todo/queryChanges", args);
          expect(delta).toMatchObject({ oldQueryState: old.queryState, newQueryState: queryState });
          expect(splice(listOf(old.ids), deltaIn(delta))).toEqual(ids);
        },
      ),
    );
  });

  test("brings a client that has the first results only to the new first results", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 5, maxLength: 30 }),
        fc.array(deed, { maxLength: 10 }),
        fc.integer({ min: 1, max: 5 }),
        async (before, after, count) => {
          const todos = new TrialTodos();
          const api = trialApi(todos.methods());
          act(todos, before);
          const old = await api.ask("Todo/query", { ...query, limit: count });
          const cached = listOf(old.ids);
          const upToId = cached.at(-1);
          act(todos, after);
          const args = { ...query, sinceQueryState: old.queryState, upToId, calculateTotal: true };
          const delta = deltaIn(await api.ask("Todo/queryChanges", args));
          const results = listOf((await api.ask("Todo/query", query)).ids);
          const made = splice(cached, delta);
          // What the client knows is right, wherever it knows anything.
          for (const [index, id] of made.entries()) if (id !== null) expect(results[index]).toBe(id);
          expect(made.length).toBe(results.length);
          const end = isFixed && upToId !== undefined ? results.indexOf(upToId) : -1;
          if (end >= 0) for (const { index } of delta.added) expect(index).toBeLessThanOrEqual(end);
        },
      ),
    );
  });
});

describe("a /queryChanges", () => {
  const todos = new TrialTodos();
  act(todos, [
    { id: "n1", title: "A", isMusic: true, isGone: false },
    { id: "n2", title: "B", isMusic: true, isGone: false },
    { id: "n3", title: "C", isMusic: true, isGone: false },
  ]);
  const ask = (args: object) => trialApi(todos.methods()).ask("Todo/queryChanges", args);

  test("of more changes than the client takes is refused", async () => {
    expect(await ask({ sinceQueryState: "0", maxChanges: 3 })).toMatchObject({ added: { length: 3 } });
    expect(await ask({ sinceQueryState: "0", maxChanges: 2 })).toMatchObject({ type: "tooManyChanges" });
    expect(await ask({ sinceQueryState: "3", maxChanges: 0 })).toMatchObject({ added: [], removed: [] });
  });

  test("of what never was a state cannot be calculated", async () => {
    expect(await ask({ sinceQueryState: "x" })).toMatchObject({ type: "cannotCalculateChanges" });
  });

  test("tells the total when it is asked for", async () => {
    expect(await ask({ sinceQueryState: "3" })).not.toHaveProperty("total");
    expect(await ask({ sinceQueryState: "3", calculateTotal: true })).toMatchObject({ total: 3 });
  });

  test("looks at filter and order as /query does", async () => {
    expect(await ask({ sinceQueryState: "3", filter: { a: 1 } })).toMatchObject({
      type: "unsupportedFilter",
    });
    expect(await ask({ sinceQueryState: "3", sort: [{ property: "a" }] })).toMatchObject({
      type: "unsupportedSort",
    });
    expect(await ask({ sinceQueryState: 3 })).toMatchObject({ type: "invalidArguments" });
  });
});

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function deltaIn({ removed, added, total }: Record<string, unknown>): Delta {
  const items = Array.isArray(added) ? added : [];
  return {
    removed: listOf(removed),
    added: items.map(({ id, index }) => ({ id: String(id), index: Number(index) })),
    total: Number(total),
  };
}

import fc from "fast-check";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { maxQueryLimit } from "./limits.ts";
import { showWindow } from "./query.ts";
import { type FilterTree, meetsFilter, readFilter } from "./query-arguments.ts";
import { TrialTodos, trialApi } from "./trial-todos.ts";

function someTodos(): TrialTodos {
  const todos = new TrialTodos();
  const add = (id: string, title: string, ...keywords: string[]) =>
    todos.put({ id, title, keywords: Object.fromEntries(keywords.map((keyword) => [keyword, true])) });
  add("a", "Practise Piano", "music");
  add("b", "Watch Daft Punk music video", "music", "video");
  add("c", "Sleep");
  add("d", "Cut the film", "video");
  add("e", "Allegro", "music");
  return todos;
}

const ask = (args: object) => trialApi(someTodos().methods()).ask("Todo/query", args);
const byTitle = [{ property: "title" }];

describe("a /query (RFC 8620 §5.5)", () => {
  test("of the example in §5.7 finds what has one of two keywords, by title", async () => {
    const filter = { operator: "OR", conditions: [{ hasKeyword: "music" }, { hasKeyword: "video" }] };
    expect(await ask({ filter, sort: byTitle, position: 0, limit: 10 })).toEqual({
      accountId: "a1",
      queryState: "5",
      canCalculateChanges: true,
      position: 0,
      ids: ["e", "d", "a", "b"],
    });
  });

  test("tells the total when it is asked for, and a limit when it is another than was asked for", async () => {
    expect(await ask({ limit: 2, calculateTotal: true })).toMatchObject({ ids: ["a", "b"], total: 5 });
    expect(await ask({ limit: 2 })).not.toHaveProperty("total");
    expect(await ask({ limit: 2 })).not.toHaveProperty("limit");
    expect(await ask({ limit: 0 })).toMatchObject({ ids: [] });
    for (const limit of [null, undefined, 1_000_000]) {
      expect(await ask({ limit })).toMatchObject({ limit: maxQueryLimit, ids: { length: 5 } });
    }
  });

  test("begins at a position, which counts from the end below zero", async () => {
    expect(await ask({ position: 3 })).toMatchObject({ position: 3, ids: ["d", "e"] });
    expect(await ask({ position: -2 })).toMatchObject({ position: 3, ids: ["d", "e"] });
    expect(await ask({ position: -9, limit: 1 })).toMatchObject({ position: 0, ids: ["a"] });
    expect(await ask({ position: 9 })).toMatchObject({ ids: [] });
  });

  test("begins at an anchor, and then takes no notice of the position", async () => {
    expect(await ask({ anchor: "c", position: 4, limit: 2 })).toMatchObject({ position: 2, ids: ["c", "d"] });
    expect(await ask({ anchor: "c", anchorOffset: -1, limit: 2 })).toMatchObject({
      position: 1,
      ids: ["b", "c"],
    });
    expect(await ask({ anchor: "c", anchorOffset: -9, limit: 1 })).toMatchObject({ position: 0, ids: ["a"] });
    expect(await ask({ anchor: "c", anchorOffset: 9 })).toMatchObject({ ids: [] });
    expect(await ask({ anchor: "x" })).toMatchObject({ type: "anchorNotFound" });
    expect(await ask({ anchorOffset: 2, limit: 1 })).toMatchObject({ position: 0, ids: ["a"] });
  });

  const refused: [object, string][] = [
    [{ limit: -1 }, "invalidArguments"],
    [{ limit: 1.5 }, "invalidArguments"],
    [{ position: "1" }, "invalidArguments"],
    [{ filter: [] }, "invalidArguments"],
    [{ filter: { hasKeyword: 1 } }, "invalidArguments"],
    [{ filter: { operator: "XOR", conditions: [] } }, "invalidArguments"],
    [{ filter: { operator: "AND" } }, "invalidArguments"],
    [{ filter: { operator: "AND", conditions: ["music"] } }, "invalidArguments"],
    [{ filter: { operator: "AND", conditions: [], hasKeyword: "music" } }, "invalidArguments"],
    [{ filter: { colour: "red" } }, "unsupportedFilter"],
    [{ filter: { operator: "NOT", conditions: [{ colour: "red" }] } }, "unsupportedFilter"],
    [{ filter: { constructor: "red" } }, "unsupportedFilter"],
    [{ sort: ["title"] }, "invalidArguments"],
    [{ sort: [{ isAscending: true }] }, "invalidArguments"],
    [{ sort: [{ property: "title", isAscending: "yes" }] }, "invalidArguments"],
    [{ sort: [{ property: "colour" }] }, "unsupportedSort"],
    [{ sort: [{ property: "toString" }] }, "unsupportedSort"],
    [{ sort: [{ property: "title", collation: "i;octet-pairs" }] }, "unsupportedSort"],
    [{ sort: [{ property: "title", keyword: "music" }] }, "unsupportedSort"],
    [{ sort: [{ property: "hasKeyword" }] }, "unsupportedSort"],
  ];
  test.each(refused)("of %j is refused as %s", async (args, type) => {
    expect(await ask(args)).toMatchObject({ type, description: expect.any(String) });
  });

  test.each([
    [{ property: "title", collation: "i;unicode-casemap" }],
    [{ property: "hasKeyword", keyword: "music", isAscending: false }],
  ])("can be sorted by %j", async (comparator) => {
    expect(await ask({ sort: [comparator] })).toMatchObject({ ids: { length: 5 } });
  });
});

test("a window shows what counting along the results by hand shows", () => {
  const results = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 20 });
  const limit = fc.nat(25);
  const offset = fc.integer({ min: -30, max: 30 });
  const byHand = (list: readonly string[], first: number, most: number) => {
    const ids: string[] = [];
    for (let at = Math.max(first, 0); at < list.length && ids.length < most; at++) ids.push(list[at] ?? "");
    return ids;
  };
  fc.assert(
    fc.property(results, offset, limit, fc.nat(), (list, at, most, pick) => {
      const found = showWindow(list, { from: "position", position: at, limit: most });
      expect(found.ids).toEqual(byHand(list, at < 0 ? list.length + at : at, most));
      expect(list.slice(found.position, found.position + most)).toEqual(found.ids);
      if (list.length === 0) return;
      const index = pick % list.length;
      const anchor = list[index] ?? "";
      const anchored = showWindow(list, { from: "anchor", anchor, offset: at, limit: most });
      expect(anchored.ids).toEqual(byHand(list, index + at, most));
      expect(list.slice(anchored.position, anchored.position + most)).toEqual(anchored.ids);
    }),
  );
});

describe("a filter", () => {
  const schema = Type.Object({ has: Type.Optional(Type.String()) }, { additionalProperties: false });
  const { tree } = fc.letrec<{ tree: object }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({ has: fc.constantFrom("a", "b", "c") }),
      fc.record({
        operator: fc.constantFrom("AND", "OR", "NOT"),
        conditions: fc.array(tie("tree"), { maxLength: 3 }),
      }),
    ),
  }));

  /** What the RFC says of the operators, said once more over the JSON itself. */
  function isMet(filter: object, letters: string): boolean {
    const conditions: unknown = Reflect.get(filter, "conditions");
    if (!Array.isArray(conditions)) return letters.includes(String(Reflect.get(filter, "has")));
    const met = conditions.filter((condition) => isMet(Object(condition), letters)).length;
    const operator = Reflect.get(filter, "operator");
    if (operator === "AND") return met === conditions.length;
    return operator === "OR" ? met > 0 : met === 0;
  }

  test("of any form means what its operators say", () => {
    fc.assert(
      fc.property(tree, fc.constantFrom("", "a", "b", "ab", "bc", "abc"), (filter, letters) => {
        const read: FilterTree<{ has?: string }> | undefined = readFilter(schema, filter);
        expect(meetsFilter(read, ({ has = "" }) => letters.includes(has))).toBe(isMet(filter, letters));
      }),
    );
  });

  test("that is none is met by all", () => {
    expect(meetsFilter(readFilter(schema, undefined), () => false)).toBe(true);
  });

  test("of very many conditions is refused", async () => {
    const conditions = Array.from({ length: 300 }, () => ({ hasKeyword: "music" }));
    const half = { operator: "OR", conditions };
    expect(await ask({ filter: half })).toMatchObject({ ids: ["a", "b", "e"] });
    expect(await ask({ filter: { operator: "AND", conditions: [half, half] } })).toMatchObject({
      type: "unsupportedFilter",
    });
  });
});

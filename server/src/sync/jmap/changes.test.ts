import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noMore } from "./arguments.ts";
import { changesMethod, foldChanges, type TypeChange } from "./changes.ts";
import { defaultMaxChanges } from "./limits.ts";
import { TrialTodos, todoCapability, trialApi } from "./trial-todos.ts";

/** What is done to objects of the names 0 to 9: any of them is written, or is gone. */
const deeds = fc.array(fc.record({ id: fc.nat(9).map(String), isGone: fc.boolean() }), { maxLength: 60 });

function act(todos: TrialTodos, list: readonly { id: string; isGone: boolean }[]): void {
  for (const { id, isGone } of list) {
    if (!isGone) todos.put({ id: `${id}`, title: `${todos.held.state}` });
    else if (todos.held.todos.has(id)) todos.remove(id);
  }
}

/** A client that keeps the objects it was told of, and asks again while there are more. */
async function sync(todos: TrialTodos, known: Map<string, string>, sinceState: string, maxChanges?: number) {
  const api = trialApi(todos.methods());
  let state = sinceState;
  for (;;) {
    const answer = await api.ask("Todo/changes", { sinceState: state, maxChanges });
    const { created, updated, destroyed } = listsOf(answer);
    expect(answer.oldState).toBe(state);
    expect(created.length + updated.length + destroyed.length).toBeLessThanOrEqual(maxChanges ?? Infinity);
    for (const id of destroyed) known.delete(id);
    const { list } = await api.ask("Todo/get", { ids: [...created, ...updated] });
    for (const { id, title } of Object(list)) known.set(id, title);
    state = String(answer.newState);
    if (answer.hasMoreChanges !== true) return state;
  }
}

function listsOf(answer: Record<string, unknown>): {
  created: string[];
  updated: string[];
  destroyed: string[];
} {
  const listOf = (name: string): string[] => {
    const list = answer[name];
    return Array.isArray(list) ? list.map(String) : [];
  };
  return { created: listOf("created"), updated: listOf("updated"), destroyed: listOf("destroyed") };
}

describe("a /changes (RFC 8620 §5.2)", () => {
  test("brings a client from any state to the newest one, in steps of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        deeds,
        deeds,
        fc.option(fc.integer({ min: 1, max: 10 })),
        async (before, after, max) => {
          const todos = new TrialTodos();
          act(todos, before);
          const known = new Map([...todos.held.todos.values()].map(({ id, title }) => [id, title]));
          const since = String(todos.held.state);
          act(todos, after);
          const state = await sync(todos, known, since, max ?? undefined);
          expect(state).toBe(String(todos.held.state));
          const there = [...todos.held.todos.values()].map(({ id, title }) => [id, title]);
          expect(Object.fromEntries(known)).toEqual(Object.fromEntries(there));
        },
      ),
    );
  });

  test("tells of each object once, by what has become of it", () => {
    const change = (id: string, verb: TypeChange["change"]) => ({ state: 1, id, change: verb });
    const changes = [
      change("new", "created"),
      change("new", "updated"),
      change("old", "updated"),
      change("old", "updated"),
      change("came and went", "created"),
      change("came and went", "updated"),
      change("came and went", "destroyed"),
      change("gone", "updated"),
      change("gone", "destroyed"),
    ];
    expect(foldChanges(changes)).toEqual({ created: ["new"], updated: ["old"], destroyed: ["gone"] });
  });

  test("of the state that is now is empty", async () => {
    const todos = new TrialTodos();
    todos.put({ id: "a", title: "Rest" });
    expect(await trialApi(todos.methods()).ask("Todo/changes", { sinceState: "1" })).toEqual({
      accountId: "a1",
      oldState: "1",
      newState: "1",
      hasMoreChanges: false,
      created: [],
      updated: [],
      destroyed: [],
    });
  });

  test("of a state that is forgotten, of the future, or that never was, cannot be calculated", async () => {
    const todos = new TrialTodos();
    act(
      todos,
      Array.from({ length: 5 }, () => ({ id: "1", isGone: false })),
    );
    todos.knownSince = 3;
    const api = trialApi(todos.methods());
    for (const sinceState of ["2", "6", "-1", "x", "", "1e1", "03", "9007199254740993", "__proto__"]) {
      expect(await api.ask("Todo/changes", { sinceState })).toMatchObject({ type: "cannotCalculateChanges" });
    }
    expect(await api.ask("Todo/changes", { sinceState: "3" })).toMatchObject({ updated: ["1"] });
  });

  test.each([
    { maxChanges: 0 },
    { maxChanges: -1 },
    { maxChanges: 1.5 },
    { maxChanges: "1" },
    { sinceState: 0 },
    {},
  ])("with %j is refused", async (args) => {
    const given = Object.keys(args).length === 0 ? {} : { sinceState: "0", ...args };
    const api = trialApi(new TrialTodos().methods());
    expect(await api.ask("Todo/changes", given)).toMatchObject({ type: "invalidArguments" });
  });

  test("without a number of changes gives some, and says that there are more", async () => {
    const todos = new TrialTodos();
    for (let count = 0; count <= defaultMaxChanges; count++) todos.put({ id: `n${count}`, title: "x" });
    const api = trialApi(todos.methods());
    const answer = await api.ask("Todo/changes", { sinceState: "0", maxChanges: 1_000_000 });
    expect(answer).toMatchObject({ hasMoreChanges: true, newState: String(defaultMaxChanges) });
    expect(listsOf(answer).created.length).toBe(defaultMaxChanges);
  });
});

describe("what one write did to several objects", () => {
  const counts = ["totalEmails", "unreadEmails"];
  const list: TypeChange[] = [
    { state: 1, id: "f1", change: "updated", properties: counts },
    { state: 2, id: "f2", change: "updated", properties: counts },
    { state: 2, id: "f3", change: "updated", properties: counts },
    { state: 3, id: "f4", change: "created" },
    { state: 4, id: "f1", change: "updated" },
  ];
  const api = trialApi({
    "Todo/changes": changesMethod({
      capability: todoCapability,
      scope: "read",
      more: noMore,
      tellsProperties: true,
      state: async () => "4",
      list: async (_, { since, limit }) => list.filter(({ state }) => state > since).slice(0, limit),
    }),
  });

  test("is told in one answer where it fits, and else object by object", async () => {
    const first = await api.ask("Todo/changes", { sinceState: "0", maxChanges: 2 });
    expect(first).toMatchObject({ newState: "1", hasMoreChanges: true, updated: ["f1"] });
    const second = await api.ask("Todo/changes", { sinceState: "1", maxChanges: 2 });
    expect(second).toMatchObject({ newState: "2", hasMoreChanges: true, updated: ["f2", "f3"] });
    const part = await api.ask("Todo/changes", { sinceState: "1", maxChanges: 1 });
    expect(part).toMatchObject({ newState: "2.f2", hasMoreChanges: true, updated: ["f2"] });
    const rest = await api.ask("Todo/changes", { sinceState: "2.f2", maxChanges: 1 });
    expect(rest).toMatchObject({ oldState: "2.f2", newState: "2", hasMoreChanges: true, updated: ["f3"] });
    const all = await api.ask("Todo/changes", { sinceState: "2.f2" });
    expect(all).toMatchObject({ newState: "4", updated: ["f3", "f1"], created: ["f4"] });
    for (const sinceState of ["2.", ".f2", "2.f2.f3", "9.f2"]) {
      expect(await api.ask("Todo/changes", { sinceState })).toMatchObject({ type: "cannotCalculateChanges" });
    }
  });

  test("is told whole also when very much has changed after it, and not at all when it was too much itself", async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, at) => `f${1_000 + at}`);
    const apiOf = (changes: readonly TypeChange[]) =>
      trialApi({
        "Todo/changes": changesMethod({
          capability: todoCapability,
          scope: "read",
          more: noMore,
          state: async () => "9000",
          list: async (_, { since, limit }) => changes.filter(({ state }) => state > since).slice(0, limit),
        }),
      });
    const one = ids(3).map((id): TypeChange => ({ state: 1, id, change: "updated" }));
    const others = ids(2_000).map(
      (id, at): TypeChange => ({ state: 2 + at, id: `g${id}`, change: "created" }),
    );
    const api = apiOf([...one, ...others]);
    const told = new Set<string>();
    let answer = await api.ask("Todo/changes", { sinceState: "0", maxChanges: 2 });
    expect(answer.newState).toBe("1.f1001");
    for (;;) {
      const { created, updated } = listsOf(answer);
      for (const id of [...created, ...updated]) told.add(id);
      if (answer.hasMoreChanges !== true) break;
      answer = await api.ask("Todo/changes", { sinceState: answer.newState });
    }
    expect(told.size).toBe(2_003);
    const tooMuch = apiOf(ids(1_500).map((id): TypeChange => ({ state: 1, id, change: "updated" })));
    expect(await tooMuch.ask("Todo/changes", { sinceState: "0", maxChanges: 2 })).toMatchObject({
      type: "cannotCalculateChanges",
    });
  });

  test("names the properties that alone may have changed, when that is known of all (RFC 8621 §2.2)", async () => {
    const counted = await api.ask("Todo/changes", { sinceState: "0", maxChanges: 4 });
    expect(counted).toMatchObject({ newState: "3", created: ["f4"], updatedProperties: counts });
    expect(await api.ask("Todo/changes", { sinceState: "0" })).toMatchObject({ updatedProperties: null });
    expect(await api.ask("Todo/changes", { sinceState: "4" })).toMatchObject({ updatedProperties: null });
  });
});

import { beforeEach, describe, expect, test } from "vitest";
import { coreLimits } from "./limits.ts";
import { type TrialApi, TrialTodos, trialApi } from "./trial-todos.ts";

let todos: TrialTodos;
let api: TrialApi;

beforeEach(() => {
  todos = new TrialTodos();
  todos.put({ id: "a", title: "Practise Piano" });
  todos.put({ id: "b", title: "Watch Daft Punk music video" });
  api = trialApi(todos.methods());
});

const get = (args: object) => api.ask("Todo/get", args);
const whole = { keywords: {}, subTodoIds: null, neuralNetworkTimeEstimation: 0 };

describe("a /get (RFC 8620 §5.1)", () => {
  test("answers with the objects that there are and the ids of those that there are not", async () => {
    expect(await get({ ids: ["b", "x", "constructor", "#b"] })).toEqual({
      accountId: "a1",
      state: "2",
      list: [{ id: "b", title: "Watch Daft Punk music video", ...whole }],
      notFound: ["x", "constructor", "#b"],
    });
  });

  test("of no ids answers with nothing, and of null or without with all", async () => {
    expect(await get({ ids: [] })).toMatchObject({ list: [], notFound: [] });
    for (const args of [{ ids: null }, {}]) {
      expect(await get(args)).toMatchObject({ list: [{ id: "a" }, { id: "b" }], notFound: [] });
    }
  });

  test("names each id once, however often it is asked for", async () => {
    expect(await get({ ids: ["a", "x", "a", "x"], properties: ["id"] })).toMatchObject({
      list: [{ id: "a" }],
      notFound: ["x"],
    });
  });

  test("answers with the properties asked for, and the id in any case", async () => {
    expect(await get({ ids: ["a"], properties: ["title"] })).toMatchObject({
      list: [{ id: "a", title: "Practise Piano" }],
    });
    expect((await get({ ids: ["a"], properties: ["title"] })).list).toEqual([
      { id: "a", title: "Practise Piano" },
    ]);
    expect((await get({ ids: ["a"], properties: [] })).list).toEqual([{ id: "a" }]);
    expect((await get({ ids: ["a"], properties: null })).list).toEqual([
      { id: "a", title: "Practise Piano", ...whole },
    ]);
  });

  test.each(["colour", "Title", "constructor", ""])("of a property “%s” is refused", async (name) => {
    expect(await get({ ids: ["a"], properties: [name] })).toMatchObject({ type: "invalidArguments" });
  });

  test.each([
    { ids: "a" },
    { ids: [1] },
    { ids: {} },
    { properties: "title" },
    { properties: [null] },
    { id: ["a"] },
  ])("with %j is refused", async (args) => {
    expect(await get(args)).toMatchObject({ type: "invalidArguments", description: expect.any(String) });
  });

  test("of more than may be is refused, asked for by id or not", async () => {
    const ids = Array.from({ length: coreLimits.maxObjectsInGet + 1 }, (_, index) => `n${index}`);
    expect(await get({ ids })).toMatchObject({ type: "requestTooLarge" });
    expect(await get({ ids: [...ids.slice(1), "n1", "n2"] })).toMatchObject({ list: [] });
    for (const id of ids) todos.put({ id, title: id });
    expect(await get({ ids: null })).toMatchObject({ type: "requestTooLarge" });
    expect(todos.mostListed).toBe(coreLimits.maxObjectsInGet + 1);
    expect(Object((await get({ ids: ids.slice(1) })).list).length).toBe(coreLimits.maxObjectsInGet);
  });
});

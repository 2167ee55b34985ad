import { beforeEach, describe, expect, test } from "vitest";
import { caller, type TrialApi, TrialTodos, trialApi } from "./trial-todos.ts";

let todos: TrialTodos;
let api: TrialApi;

const music = { music: true, beethoven: true, mozart: true, liszt: true, rachmaninov: true } as const;

beforeEach(() => {
  todos = new TrialTodos();
  todos.put({ id: "a", title: "Practise Piano", keywords: { ...music }, neuralNetworkTimeEstimation: 3600 });
  todos.put({ id: "b", title: "Watch Daft Punk music video", keywords: { music: true } });
  api = trialApi(todos.methods());
});

const set = (args: object) => api.ask("Todo/set", args);

describe("the examples of RFC 8620 §5.7", () => {
  test.each([
    [
      "the whole object",
      {
        id: "a",
        title: "Practise Piano",
        keywords: { music: true, beethoven: true, chopin: true, liszt: true, rachmaninov: true },
        neuralNetworkTimeEstimation: 3600,
      },
    ],
    ["a patch", { "keywords/chopin": true, "keywords/mozart": null }],
  ])("a keyword added and another removed by %s", async (_, patch) => {
    const { mozart: _removed, ...kept } = music;
    expect(await set({ ifInState: "2", update: { a: patch } })).toEqual({
      accountId: "a1",
      oldState: "2",
      newState: "3",
      created: null,
      updated: { a: { neuralNetworkTimeEstimation: 5400 } },
      destroyed: null,
      notCreated: null,
      notUpdated: null,
      notDestroyed: null,
    });
    expect(todos.held.todos.get("a")?.keywords).toEqual({ ...kept, chopin: true });
  });

  test("a part that is made in the call that names it", async () => {
    const answer = await set({
      create: { k15: { title: "Warm up with scales" } },
      update: { a: { subTodoIds: ["#k15"] } },
    });
    expect(answer).toMatchObject({ created: { k15: { id: "t3" } }, updated: { a: {} }, notUpdated: null });
    expect(todos.held.todos.get("a")?.subTodoIds).toEqual(["t3"]);
  });
});

describe("a /set", () => {
  test("is not begun when something has changed since ifInState", async () => {
    expect(await set({ ifInState: "1", destroy: ["b"] })).toMatchObject({ type: "stateMismatch" });
    expect(todos.held.todos.has("b")).toBe(true);
    expect(await set({ ifInState: "2", destroy: ["b"] })).toMatchObject({ destroyed: ["b"] });
  });

  test("writes each object by itself: what is refused of one is told of that one", async () => {
    const answer = await set({
      create: {
        good: { title: "Rest" },
        bad: { title: 7 },
        more: { title: "x", id: "x", keywords: { a: false } },
      },
      update: {
        a: { title: "Practise Organ" },
        b: { "keywords/music/loud": true },
        none: { title: "Nothing" },
        "#none": { title: "Nothing" },
      },
      destroy: ["c", "constructor", "#none2"],
    });
    expect(answer).toMatchObject({
      created: { good: { id: expect.any(String), neuralNetworkTimeEstimation: 3600 } },
      updated: { a: { neuralNetworkTimeEstimation: 5400 } },
      destroyed: null,
      notCreated: {
        bad: { type: "invalidProperties", properties: ["title"] },
        more: { type: "invalidProperties", properties: ["id", "keywords"] },
      },
      notUpdated: { b: { type: "invalidPatch" }, none: { type: "notFound" }, "#none": { type: "notFound" } },
      notDestroyed: {
        c: { type: "notFound" },
        constructor: { type: "notFound" },
        "#none2": { type: "notFound" },
      },
    });
    expect(todos.held.todos.get("a")?.title).toBe("Practise Organ");
  });

  test("tells of every property that is wrong", async () => {
    const wrong = { title: "", neuralNetworkTimeEstimation: 1, subTodoIds: [1], nothing: null };
    const properties = ["neuralNetworkTimeEstimation", "nothing", "subTodoIds", "title"];
    const made = await set({ create: { x: wrong } });
    const changed = await set({ update: { a: { ...wrong, nothing: 1 } } });
    for (const [answer, kind, key] of [
      [made, "notCreated", "x"],
      [changed, "notUpdated", "a"],
    ] as const) {
      const reason = Object(Object(answer[kind])[key]);
      expect(reason.type).toBe("invalidProperties");
      expect([...reason.properties].sort()).toEqual(properties);
    }
    expect(await set({ create: { x: {} } })).toMatchObject({
      notCreated: { x: { type: "invalidProperties", properties: ["title"] } },
    });
  });

  test("takes what only the server sets as it is, and not otherwise", async () => {
    const same = { id: "a", neuralNetworkTimeEstimation: 3600, title: "Practise Organ" };
    expect(await set({ update: { a: same } })).toMatchObject({ updated: { a: {} } });
    for (const patch of [
      { id: "b" },
      { neuralNetworkTimeEstimation: 1 },
      { neuralNetworkTimeEstimation: null },
    ]) {
      expect(await set({ update: { a: patch } })).toMatchObject({
        notUpdated: { a: { type: "invalidProperties", properties: Object.keys(patch) } },
      });
    }
  });

  test("writes nothing for a patch that changes nothing", async () => {
    const answer = await set({ update: { a: { title: "Practise Piano", "keywords/chopin": null } } });
    expect(answer).toMatchObject({ oldState: "2", newState: "2", updated: { a: null } });
  });

  test("sets what is null to its default", async () => {
    expect(await set({ update: { a: { keywords: null } } })).toMatchObject({ updated: { a: {} } });
    expect(todos.held.todos.get("a")?.keywords).toEqual({});
    expect(await set({ update: { a: { title: null } } })).toMatchObject({
      notUpdated: { a: { type: "invalidProperties", properties: ["title"] } },
    });
  });

  test("does not change what it destroys (willDestroy)", async () => {
    const answer = await set({ update: { a: { title: "Rest" } }, destroy: ["a", "a"] });
    expect(answer).toMatchObject({
      updated: null,
      notUpdated: { a: { type: "willDestroy" } },
      destroyed: ["a"],
    });
  });

  test("makes objects before those that name them, whatever the order they came in", async () => {
    const create = {
      whole: { title: "Evening", subTodoIds: ["#half", "#end"] },
      half: { title: "Music", subTodoIds: ["#end"] },
      end: { title: "Sleep" },
    };
    expect(await set({ create })).toMatchObject({ notCreated: null });
    const byTitle = new Map([...todos.held.todos.values()].map((todo) => [todo.title, todo]));
    const idOf = (title: string) => byTitle.get(title)?.id;
    expect(byTitle.get("Evening")?.subTodoIds).toEqual([idOf("Music"), idOf("Sleep")]);
    expect(byTitle.get("Music")?.subTodoIds).toEqual([idOf("Sleep")]);
  });

  test("refuses objects that name each other, one of which there is not yet", async () => {
    const create = { x: { title: "Egg", subTodoIds: ["#y"] }, y: { title: "Hen", subTodoIds: ["#x"] } };
    expect(await set({ create })).toMatchObject({
      created: null,
      notCreated: {
        x: { type: "invalidProperties" },
        y: { type: "invalidProperties", properties: ["subTodoIds"] },
      },
    });
  });

  test("updates and destroys what the request has made, named by its creation id", async () => {
    const responses = await api.call(
      ["Todo/set", { accountId: "a1", create: { x: { title: "Rest" }, y: { title: "Sleep" } } }, "0"],
      ["Todo/set", { accountId: "a1", update: { "#x": { title: "Rest well" } }, destroy: ["#y"] }, "1"],
    );
    expect(responses[1]).toMatchObject(["Todo/set", { updated: { t3: {} }, destroyed: ["t4"] }, "1"]);
  });

  test("keeps the newest of what was made by one name", async () => {
    const make = (title: string): [string, object, string] => [
      "Todo/set",
      { accountId: "a1", create: { x: { title } } },
      title,
    ];
    const get: [string, object, string] = ["Todo/get", { accountId: "a1", ids: ["#x"] }, "get"];
    const responses = await api.call(make("Rest"), make("Sleep"), make("Sleep"), get);
    expect(responses[3]).toMatchObject(["Todo/get", { list: [{ title: "Sleep" }] }, "get"]);
  });

  test("tries again what only the others of the call stood in the way of", async () => {
    todos.put({ id: "c", title: "Evening", subTodoIds: ["a", "b"] });
    todos.put({ id: "d", title: "Day", subTodoIds: ["c"] });
    const answer = await set({
      create: { x: { title: "Practise Piano" } },
      destroy: ["a", "b", "c", "d"],
    });
    expect(answer).toMatchObject({ created: { x: {} }, notCreated: null, notDestroyed: null });
    expect([...Object(answer.destroyed)].sort()).toEqual(["a", "b", "c", "d"]);
  });

  test("refuses what nothing of the call moves out of the way", async () => {
    const answer = await set({ create: { x: { title: "Practise Piano" } } });
    expect(answer).toMatchObject({ notCreated: { x: { type: "alreadyExists", existingId: "a" } } });
  });

  test("of more objects than may be is refused whole", async () => {
    const create = Object.fromEntries(
      Array.from({ length: 499 }, (_, at) => [`k${at}`, { title: `n${at}` }]),
    );
    expect(await set({ create, destroy: ["a", "b"] })).toMatchObject({ type: "requestTooLarge" });
    expect(todos.held.todos.size).toBe(2);
    expect(await set({ create, destroy: ["a"] })).toMatchObject({ notCreated: null, destroyed: ["a"] });
  });

  test.each([
    ["an argument that is not known", { creat: {} }],
    ["a list of objects to make", { create: [] }],
    ["a text to patch with", { update: { a: "title" } }],
    ["one id to destroy", { destroy: "a" }],
    ["a number for a state", { ifInState: 2 }],
  ])("with %s is refused", async (_, args) => {
    expect(await set(args)).toMatchObject({ type: "invalidArguments", description: expect.any(String) });
  });
});

describe("an accident", () => {
  const args = {
    create: { x: { title: "Rest" }, y: { title: "fail" }, z: { title: "Sleep" } },
  };

  test("in a call that is one transaction leaves nothing of it", async () => {
    const responses = await api.call(
      ["Todo/set", { accountId: "a1", ...args }, "0"],
      ["Todo/get", { accountId: "a1", ids: ["#x"] }, "1"],
    );
    expect(responses).toMatchObject([
      ["error", { type: "serverFail" }, "0"],
      ["Todo/get", { notFound: ["#x"] }, "1"],
    ]);
    expect(todos.held).toMatchObject({ state: 2 });
    expect(api.logged.length).toBe(1);
  });

  test("in a call that writes each object by itself says that a part is done", async () => {
    const apart = trialApi(todos.methods("separately"), caller);
    const answer = await apart.ask("Todo/set", args);
    expect(answer).toMatchObject({ type: "serverPartialFail", instance: expect.any(String) });
    expect(apart.logged).toMatchObject([{ error: new Error("the disk is on fire") }]);
    const first = await apart.ask("Todo/set", { create: { y: { title: "fail" } } });
    expect(first).toMatchObject({ type: "serverFail" });
  });
});

import { ProblemError, problem } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { coreLimits } from "./limits.ts";
import { MethodError, type Methods } from "./method.ts";
import { caller, TrialTodos, todoCapability, trialApi } from "./trial-todos.ts";

const core = "urn:ietf:params:jmap:core";

function stub(run: Methods[string]["run"], more: Partial<Methods[string]> = {}): Methods[string] {
  return { capability: core, scope: undefined, run, ...more };
}

describe("the examples of RFC 8620", () => {
  test("Core/echo answers with the same arguments (§4.1)", async () => {
    const api = trialApi(new TrialTodos().methods());
    const { status, contentType, json } = await api.post(
      JSON.stringify({ using: [core], methodCalls: [["Core/echo", { hello: true, high: 5 }, "b3ff"]] }),
    );
    expect({ status, contentType }).toEqual({ status: 200, contentType: "application/json" });
    expect(json).toEqual({
      methodResponses: [["Core/echo", { hello: true, high: 5 }, "b3ff"]],
      sessionState: "75128aab4b1b",
    });
  });

  test("three calls, of which one gives two responses and one is unknown (§3.3.1, §3.4.1)", async () => {
    const api = trialApi({
      method1: stub(async () => ({ arguments: { arg1: 3, arg2: "foo" } })),
      method2: stub(async () => [
        { arguments: { isBlah: true } },
        { name: "anotherResponseFromMethod2", arguments: { data: 10, yetmoredata: "Hello" } },
      ]),
    });
    const responses = await api.call(
      ["method1", { arg1: "arg1data", arg2: "arg2data" }, "c1"],
      ["method2", { arg1: "arg1data" }, "c2"],
      ["method3", {}, "c3"],
    );
    expect(responses).toMatchObject([
      ["method1", { arg1: 3, arg2: "foo" }, "c1"],
      ["method2", { isBlah: true }, "c2"],
      ["anotherResponseFromMethod2", { data: 10, yetmoredata: "Hello" }, "c2"],
      ["error", { type: "unknownMethod" }, "c3"],
    ]);
  });
});

describe("a request as a whole is refused (§3.6.1)", () => {
  const type = (name: string) => `urn:ietf:params:jmap:error:${name}`;
  const refused: [string, string | Uint8Array, object][] = [
    ["that is no JSON", "{", { type: type("notJSON"), status: 400, code: "badJson" }],
    ["that names a member twice, which is no I-JSON", '{"using":[],"using":[]}', { type: type("notJSON") }],
    ["that is no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), { type: type("notJSON") }],
    ["that is another sort of JSON", "[]", { type: type("notRequest"), status: 400, code: "badRequest" }],
    ["without “using”", '{"methodCalls":[]}', { type: type("notRequest"), pointer: "/using" }],
    ["without calls", '{"using":[]}', { type: type("notRequest"), pointer: "/methodCalls" }],
    [
      "with a call that has no id",
      '{"using":[],"methodCalls":[["Core/echo",{}]]}',
      { type: type("notRequest"), pointer: "/methodCalls/0" },
    ],
    [
      "with a call in another order",
      '{"using":[],"methodCalls":[["Core/echo",{},"0"],["0",  "Core/echo",{}]]}',
      { type: type("notRequest"), pointer: "/methodCalls/1" },
    ],
    [
      "with a list for arguments",
      '{"using":[],"methodCalls":[["Core/echo",[],"0"]]}',
      { type: type("notRequest") },
    ],
    [
      "that uses a capability of somebody else",
      '{"using":["https://example.com/apis/foobar"],"methodCalls":[]}',
      { type: type("unknownCapability"), status: 400, pointer: "/using" },
    ],
    [
      "with a call too many",
      JSON.stringify({
        using: [core],
        methodCalls: Array.from({ length: coreLimits.maxCallsInRequest + 1 }, () => ["Core/echo", {}, "0"]),
      }),
      { type: type("limit"), limit: "maxCallsInRequest", status: 400 },
    ],
    [
      "with a byte too many",
      new Uint8Array(coreLimits.maxSizeRequest + 1).fill(0x20),
      { type: type("limit"), limit: "maxSizeRequest", status: 413, code: "tooLarge" },
    ],
  ];
  test.each(refused)("%s", async (_, body, expected) => {
    const answer = await trialApi(new TrialTodos().methods()).post(body);
    expect(answer.contentType).toBe("application/problem+json");
    expect(answer.json).toMatchObject({ retry: expect.any(String), detail: expect.any(String), ...expected });
    expect(answer.status).toBe(Reflect.get(Object(answer.json), "status"));
  });

  test("but not for members that it knows nothing of, which a later version may have (§3.3)", async () => {
    const body = '{"using":[],"methodCalls":[],"ofALaterVersion":1}';
    expect(await trialApi({}).post(body)).toMatchObject({ status: 200, json: { methodResponses: [] } });
  });

  test("with as many calls as may be it is answered, each in its turn", async () => {
    const calls = Array.from({ length: coreLimits.maxCallsInRequest }, (_, index) => [
      "Core/echo",
      { index },
      String(index),
    ]);
    const { json } = await trialApi(new TrialTodos().methods()).post(
      JSON.stringify({ using: [core], methodCalls: calls }),
    );
    expect(json).toMatchObject({ methodResponses: calls });
  });
});

test("between two calls of a request whatever else has come in has its turn", async () => {
  const heard: string[] = [];
  const api = trialApi({
    keepsTheThread: stub(async (_, { name }) => {
      heard.push(`call ${name}`);
      setImmediate(() => heard.push(`after ${name}`));
      return { arguments: {} };
    }),
  });
  await api.call(
    ...["1", "2", "3"].map((name): [string, object, string] => ["keepsTheThread", { name }, name]),
  );
  expect(heard.slice(0, 5)).toEqual(["call 1", "after 1", "call 2", "after 2", "call 3"]);
});

test("after sixteen mebibytes of answers no further call is carried out", async () => {
  let carriedOut = 0;
  const api = trialApi({
    large: stub(async () => {
      carriedOut += 1;
      return { arguments: { text: "x".repeat(5_000_000) } };
    }),
  });
  const calls = Array.from({ length: 6 }, (_, index): [string, object, string] => [
    "large",
    {},
    String(index),
  ]);
  const responses = await api.call(...calls);
  expect(carriedOut).toBe(4);
  expect(responses.slice(4)).toMatchObject([
    ["error", { type: "requestTooLarge" }, "4"],
    ["error", { type: "requestTooLarge" }, "5"],
  ]);
});

describe("a call that fails harms no other (§3.6.2)", () => {
  const failing: [string, unknown, object][] = [
    [
      "by its own word",
      new MethodError("stateMismatch", "Too late.", { more: 1 }),
      { type: "stateMismatch", more: 1 },
    ],
    ["by a problem of ours", problemOf("forbidden"), { type: "forbidden", code: "forbidden" }],
    ["because something in it was not understood", problemOf("badRequest"), { type: "invalidArguments" }],
    ["because there was too much of it", problemOf("rateLimited"), { type: "serverUnavailable" }],
  ];
  test.each(failing)("%s", async (_, error, expected) => {
    const api = trialApi({
      fails: stub(() => Promise.reject(error)),
      "Core/echo": stub(async (_call, args) => ({ arguments: args })),
    });
    const responses = await api.call(["fails", {}, "1"], ["Core/echo", { a: 1 }, "2"]);
    expect(responses).toMatchObject([
      ["error", { description: expect.any(String), ...expected }, "1"],
      ["Core/echo", { a: 1 }, "2"],
    ]);
    expect(api.logged).toEqual([]);
  });

  test("by accident, and then tells an instance that is found in the log, and nothing more", async () => {
    const accident = new Error("SELECT * FROM secrets");
    const api = trialApi({ fails: stub(() => Promise.reject(accident)) });
    const [response] = await api.call(["fails", {}, "1"]);
    expect(response).toMatchObject(["error", { type: "serverFail", instance: "0707070707070707" }, "1"]);
    expect(JSON.stringify(response)).not.toContain("SELECT");
    expect(api.logged).toEqual([{ instance: "0707070707070707", method: "fails", error: accident }]);
  });

  test("when the credential lacks what the method needs", async () => {
    const todos = new TrialTodos();
    const api = trialApi(todos.methods(), { ...caller, scopes: new Set(["read"]) });
    const create = { a: { title: "Practise Piano" } };
    expect(await api.ask("Todo/set", { create })).toMatchObject({ type: "forbidden" });
    expect(todos.held.todos.size).toBe(0);
    expect(await api.ask("Todo/get", { ids: [] })).toMatchObject({ list: [] });
  });

  test("when it is for another account, or for one that there is not", async () => {
    const api = trialApi(new TrialTodos().methods());
    for (const accountId of ["a2", "a01", "1", "A1", "#a1"]) {
      expect(await api.ask("Todo/get", { accountId, ids: [] })).toMatchObject({ type: "accountNotFound" });
      expect(await api.ask("Todo/set", { accountId })).toMatchObject({ type: "accountNotFound" });
      expect(await api.ask("Todo/changes", { accountId, sinceState: "0" })).toMatchObject({
        type: "accountNotFound",
      });
      expect(await api.ask("Todo/query", { accountId })).toMatchObject({ type: "accountNotFound" });
    }
    expect(await api.ask("Todo/get", { accountId: undefined })).toMatchObject({ type: "invalidArguments" });
  });

  test("when its capability is not used: then there is no such method (§3.3)", async () => {
    const methodCalls = [["Todo/get", { accountId: "a1", ids: [] }, "0"]];
    const api = trialApi(new TrialTodos().methods());
    const { json } = await api.post(JSON.stringify({ using: [core], methodCalls }));
    expect(json).toMatchObject({ methodResponses: [["error", { type: "unknownMethod" }, "0"]] });
    const used = await api.post(JSON.stringify({ using: [todoCapability], methodCalls }));
    expect(used.json).toMatchObject({ methodResponses: [["Todo/get", { list: [] }, "0"]] });
  });

  test.each(["constructor", "__proto__", "toString", ""])("when it is called “%s”", async (name) => {
    const [response] = await trialApi(new TrialTodos().methods()).call([name, {}, "0"]);
    expect(response).toMatchObject(["error", { type: "unknownMethod" }, "0"]);
  });
});

describe("creation ids (§3.3, §5.3)", () => {
  test("are told of when they were given, with those that came of the calls", async () => {
    const api = trialApi(new TrialTodos().methods());
    const create = { k15: { title: "Warm up with scales" } };
    const methodCalls = [["Todo/set", { accountId: "a1", create }, "0"]];
    const using = [todoCapability];
    const given = await api.post(JSON.stringify({ using, methodCalls, createdIds: { k1: "t9" } }));
    expect(given.json).toMatchObject({ createdIds: { k1: "t9", k15: "t1" } });
    const plain = await api.post(JSON.stringify({ using, methodCalls }));
    expect(plain.json).not.toHaveProperty("createdIds");
  });

  test("name what an earlier call of the request has made, and what a request before it has", async () => {
    const api = trialApi(new TrialTodos().methods());
    const set = (create: object, id: string) => ["Todo/set", { accountId: "a1", create }, id];
    const methodCalls = [
      set({ part: { title: "Warm up with scales" } }, "0"),
      set({ whole: { title: "Practise Piano", subTodoIds: ["#part", "#before"] } }, "1"),
      ["Todo/get", { accountId: "a1", ids: ["#whole", "#none"], properties: ["subTodoIds"] }, "2"],
    ];
    const body = { using: [todoCapability], methodCalls, createdIds: { before: "t77" } };
    const { json } = await api.post(JSON.stringify(body));
    const responses: unknown = Reflect.get(Object(json), "methodResponses");
    expect(Array.isArray(responses) && responses[2]).toMatchObject([
      "Todo/get",
      { list: [{ id: "t2", subTodoIds: ["t1", "t77"] }], notFound: ["#none"] },
      "2",
    ]);
  });
});

function problemOf(code: Parameters<typeof problem>[0]): ProblemError {
  return new ProblemError(problem(code, "A sentence."));
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MethodError, type Methods } from "./method.ts";
import { type Answered, referenceBudget, resolveReferences } from "./references.ts";
import { trialApi } from "./trial-todos.ts";

const core = "urn:ietf:params:jmap:core";

/** The answers in the more complicated example of RFC 8620 §3.7. */
const answered: Answered[] = [
  {
    name: "Email/query",
    arguments: {
      accountId: "A1",
      queryState: "abcdefg",
      position: 0,
      total: 101,
      ids: ["msg1023", "msg223"],
    },
    callId: "t0",
  },
  {
    name: "Email/get",
    arguments: {
      accountId: "A1",
      state: "123456",
      list: [
        { id: "msg1023", threadId: "trd194" },
        { id: "msg223", threadId: "trd114" },
      ],
      notFound: [],
    },
    callId: "t1",
  },
  {
    name: "Thread/get",
    arguments: {
      accountId: "A1",
      state: "123456",
      list: [
        { id: "trd194", emailIds: ["msg1020", "msg1021", "msg1023"] },
        { id: "trd114", emailIds: ["msg201", "msg223"] },
      ],
      notFound: [],
    },
    callId: "t2",
  },
  { name: "error", arguments: { type: "unknownMethod" }, callId: "t3" },
  {
    name: "Odd/get",
    arguments: { "a/b": { "m~n": [[1, 2], [], [[3]]] }, empty: [], zero: 0, no: null },
    callId: "t4",
  },
  { name: "Odd/get", arguments: { second: true }, callId: "t4" },
];

const at = (resultOf: string, name: string, path: string) => ({ resultOf, name, path });

function errorOf(args: Record<string, unknown>): string {
  try {
    return JSON.stringify(resolveReferences(args, answered, referenceBudget(0)));
  } catch (error) {
    return error instanceof MethodError ? error.type : String(error);
  }
}

describe("a reference (RFC 8620 §3.7)", () => {
  const found: [string, object, unknown][] = [
    ["to a property", at("t0", "Email/query", "/ids"), ["msg1023", "msg223"]],
    ["to a property of each item", at("t1", "Email/get", "/list/*/threadId"), ["trd194", "trd114"]],
    [
      "to a list of each item, which become one",
      at("t2", "Thread/get", "/list/*/emailIds"),
      ["msg1020", "msg1021", "msg1023", "msg201", "msg223"],
    ],
    ["to one item", at("t2", "Thread/get", "/list/1/id"), "trd114"],
    ["to the items of lists, one level flatter", at("t4", "Odd/get", "/a~1b/m~0n/*"), [1, 2, [3]]],
    ["to the items of items", at("t4", "Odd/get", "/a~1b/m~0n/*/*"), [1, 2, 3]],
    ["to each item of nothing", at("t4", "Odd/get", "/empty/*/id"), []],
    ["to zero", at("t4", "Odd/get", "/zero"), 0],
    ["to null", at("t4", "Odd/get", "/no"), null],
    ["to the whole", at("t3", "error", ""), { type: "unknownMethod" }],
  ];
  test.each(found)("%s", (_, reference, expected) => {
    expect(resolveReferences({ a: 1, "#ids": reference }, answered, referenceBudget(0))).toEqual({
      a: 1,
      ids: expected,
    });
  });

  const failing: [string, unknown][] = [
    ["to a call that there is not", at("t9", "Email/query", "/ids")],
    ["to a call that failed", at("t3", "Email/get", "/list")],
    ["to the second response of a call", at("t4", "Odd/get", "/second")],
    ["to another name", at("t0", "Email/get", "/ids")],
    ["to what is not there", at("t0", "Email/query", "/id")],
    ["to what every object has", at("t0", "Email/query", "/constructor")],
    ["to an item that is not there", at("t0", "Email/query", "/ids/2")],
    ["to an item with a leading zero", at("t0", "Email/query", "/ids/01")],
    ["to the end of a list", at("t0", "Email/query", "/ids/-")],
    ["to every member of an object", at("t0", "Email/query", "/*")],
    ["into a text", at("t0", "Email/query", "/queryState/0")],
    ["to what one of the items lacks", at("t2", "Thread/get", "/list/*/emailIds/2")],
    ["without a slash", at("t0", "Email/query", "ids")],
    ["that is a text", "t0"],
    ["that lacks its path", { resultOf: "t0", name: "Email/query" }],
    ["that has more than it should", { ...at("t0", "Email/query", "/ids"), more: 1 }],
  ];
  test.each(failing)("%s resolves to nothing", (_, reference) => {
    expect(errorOf({ "#ids": reference })).toBe("invalidResultReference");
  });

  test("beside the argument itself is one too many", () => {
    expect(errorOf({ ids: null, "#ids": at("t0", "Email/query", "/ids") })).toBe("invalidArguments");
    expect(errorOf({ "#ids": at("t9", "Email/query", "/ids"), ids: null })).toBe("invalidArguments");
  });

  test("below an argument is none", () => {
    const args = { create: { "#ids": at("t0", "Email/query", "/ids") } };
    expect(resolveReferences(args, answered, referenceBudget(0))).toEqual(args);
  });

  test("cannot reach what all objects are made from", () => {
    const args = resolveReferences({ "#__proto__": at("t3", "error", "") }, answered, referenceBudget(0));
    expect(Object.getPrototypeOf(args)).toBe(Object.prototype);
    expect(Reflect.get({}, "type")).toBeUndefined();
  });

  test("is looked up in the same request", async () => {
    const methods: Methods = {
      "Foo/changes": {
        capability: core,
        scope: undefined,
        run: async () => ({ arguments: { created: ["f1", "f4"] } }),
      },
      "Foo/get": { capability: core, scope: undefined, run: async (_, args) => ({ arguments: args }) },
    };
    const responses = await trialApi(methods).call(
      ["Foo/changes", { accountId: "A1", sinceState: "abcdef" }, "t0"],
      ["Foo/get", { accountId: "A1", "#ids": at("t0", "Foo/changes", "/created") }, "t1"],
    );
    expect(responses[1]).toEqual(["Foo/get", { accountId: "A1", ids: ["f1", "f4"] }, "t1"]);
  });

  test("gives of any lists in lists what flattening gives", () => {
    const lists = fc.array(fc.array(fc.array(fc.integer(), { maxLength: 3 }), { maxLength: 4 }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(lists, (list) => {
        const answers = [{ name: "Foo/get", arguments: { list: list.map((ids) => ({ ids })) }, callId: "0" }];
        const read = (path: string) =>
          resolveReferences({ "#x": at("0", "Foo/get", path) }, answers, referenceBudget(0)).x;
        expect(read("/list/*/ids")).toEqual(list.flat());
        expect(read("/list/*/ids/*")).toEqual(list.flat(2));
      }),
    );
  });
});

test("answers that are made of answers do not grow without end (as an XML of a billion laughs does)", async () => {
  const echo: Methods = {
    "Core/echo": { capability: core, scope: undefined, run: async (_, args) => ({ arguments: args }) },
  };
  const before = (index: number) => at(String(index - 1), "Core/echo", "");
  const twenty = (index: number) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, copy) => [`#${copy}`, before(index)]));
  const calls = Array.from({ length: 63 }, (_, index): [string, object, string] => [
    "Core/echo",
    twenty(index + 1),
    String(index + 1),
  ]);
  const responses = await trialApi(echo).call(["Core/echo", { lol: "lol" }, "0"], ...calls);
  expect(responses.length).toBe(64);
  expect(JSON.stringify(responses).length).toBeLessThan(4_000_000);
  expect(JSON.stringify(responses)).toContain("requestTooLarge");
});

test("all references of a request together bring in no more than eight times its size and a mebibyte", async () => {
  const echo: Methods = {
    "Core/echo": { capability: core, scope: undefined, run: async (_, args) => ({ arguments: args }) },
  };
  const sizeBytes = 1_000_000;
  const calls = Array.from({ length: 63 }, (_, index): [string, object, string] => [
    "Core/echo",
    { "#again": at("first", "Core/echo", "/text") },
    String(index),
  ]);
  const responses = await trialApi(echo).call(
    ["Core/echo", { text: "x".repeat(sizeBytes) }, "first"],
    ...calls,
  );
  const brought = responses.filter((response) => Array.isArray(response) && response[0] === "Core/echo");
  expect(brought.length).toBe(1 + 9);
  expect(responses.at(-1)).toMatchObject(["error", { type: "requestTooLarge" }, "62"]);
});

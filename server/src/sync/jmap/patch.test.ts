import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SetFailure } from "./method.ts";
import { applyPatch, isSameJson } from "./patch.ts";

const todo = {
  id: "a",
  title: "Practise Piano",
  keywords: { music: true, beethoven: true, mozart: true },
  alerts: { "1": { offset: 5, action: "sound" }, "a/b": { "m~n": 1 } },
  parts: [{ id: "b" }],
  none: null,
};

function refusalOf(patch: Record<string, unknown>): string {
  try {
    return JSON.stringify(applyPatch(todo, patch));
  } catch (error) {
    return error instanceof SetFailure ? error.reason.type : String(error);
  }
}

describe("a PatchObject (RFC 8620 §5.3)", () => {
  const applied: [string, Record<string, unknown>, object][] = [
    ["with nothing changes nothing", {}, {}],
    ["replaces a property", { title: "Rest" }, { title: "Rest" }],
    ["adds a property", { more: { a: 1 } }, { more: { a: 1 } }],
    [
      "adds and removes below a property",
      { "keywords/chopin": true, "keywords/mozart": null },
      { keywords: { music: true, beethoven: true, chopin: true } },
    ],
    ["removes what is not there, which is nothing", { "keywords/liszt": null, other: null }, {}],
    ["replaces a list as a whole", { parts: [] }, { parts: [] }],
    [
      "goes deeper",
      { "alerts/1/offset": 10 },
      { alerts: { ...todo.alerts, "1": { offset: 10, action: "sound" } } },
    ],
    ["takes escaped names", { "alerts/a~1b/m~0n": 2 }, { alerts: { ...todo.alerts, "a/b": { "m~n": 2 } } }],
    [
      "takes a name beside one that it begins with",
      { "keywords/a": true, "keywords/ab": true },
      {
        keywords: { ...todo.keywords, a: true, ab: true },
      },
    ],
    ["takes the empty name", { "keywords/": true }, { keywords: { ...todo.keywords, "": true } }],
  ];
  test.each(applied)("%s", (_, patch, changed) => {
    const before = structuredClone(todo);
    expect(applyPatch(todo, patch).after).toEqual({ ...todo, ...changed });
    expect(todo).toEqual(before);
  });

  test("sets a property to its default, or removes it, by null", () => {
    const { after } = applyPatch(todo, { keywords: null, title: null }, { keywords: {} });
    expect(after).toEqual({ id: "a", keywords: {}, alerts: todo.alerts, parts: todo.parts, none: null });
  });

  const refused: [string, Record<string, unknown>][] = [
    ["into a list", { "parts/0": { id: "c" } }],
    ["into an object in a list", { "parts/0/id": "c" }],
    ["to the end of a list", { "parts/-": { id: "c" } }],
    ["through what is not there", { "other/a": 1 }],
    ["through what is not there deeper down", { "alerts/2/offset": 1 }],
    ["through null", { "none/a": 1 }],
    ["through a text", { "title/length": 1 }],
    ["through what every object has", { "constructor/name": 1 }],
    ["to what all objects are made from", { "keywords/__proto__": { admin: true } }],
    ["and of what it lies in", { "alerts/1/offset": 10, alerts: {} }],
    ["of what it lies in, first", { alerts: {}, "alerts/1/offset": 10 }],
    [
      "and of what it lies in, with others between them",
      { alerts: {}, "alerts-2": 1, "alerts/1/offset": 10 },
    ],
    ["twice by two spellings", { "keywords/~0": true, "keywords/~": true }],
    ["with a tilde that stands for nothing", { "keywords/~2": true }],
  ];
  test.each(refused)("%s is refused as invalidPatch", (_, patch) => {
    expect(refusalOf(patch)).toBe("invalidPatch");
    expect(Reflect.get({}, "admin")).toBeUndefined();
  });

  test("may be a whole object: what is not in it stays", () => {
    const json = fc.dictionary(
      fc.string().filter(isPlain),
      fc.jsonValue({ maxDepth: 2 }).filter((it) => it !== null),
    );
    fc.assert(
      fc.property(json, json, (before, patch) => {
        expect(applyPatch(before, patch).after).toEqual({ ...before, ...patch });
      }),
    );
  });

  test("names each property that it touches, at any depth", () => {
    expect([...applyPatch(todo, { "keywords/a": true, "alerts/1/offset": 5, id: "a" }).touched]).toEqual([
      "keywords",
      "alerts",
      "id",
    ]);
  });
});

/** A name that needs no escape. */
function isPlain(name: string): boolean {
  return !/[~/]|^__proto__$/.test(name);
}

test("values are the same when their JSON is, whatever the order of members", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(isSameJson(a, structuredClone(a))).toBe(true);
      expect(isSameJson({ x: a, y: b }, { y: b, x: a })).toBe(true);
      expect(isSameJson(a, b)).toBe(isSameJson(b, a));
      expect(isSameJson([a, b], [b, a])).toBe(isSameJson(a, b));
    }),
  );
  expect(isSameJson({ a: undefined }, {})).toBe(false);
  expect(isSameJson([], {})).toBe(false);
  expect(isSameJson([1], [1, 2])).toBe(false);
  expect(isSameJson(null, {})).toBe(false);
});

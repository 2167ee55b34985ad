import { type TSchema, Type } from "typebox";
import { describe, expect, test } from "vitest";
import type { Route } from "./api/route.ts";
import * as wire from "./index.ts";

/**
 * A schema without a maximum fails here (threats D1). What counts as bounded:
 *
 * - a text: `maxLength`; a `pattern` does not stand in for it, because a checker may run it on the whole text first.
 *   A pattern is anchored at both ends and has a description, which is what a person is told when it does not fit.
 * - a list: `maxItems`, and what it holds.
 * - a number: `minimum` and `maximum`, both exact in a double.
 * - an object: each of its properties. It is closed (`additionalProperties: false`) or open, when what else it
 *   holds is ignored and bounded by the body's bytes; nothing in between.
 * - a table (an object with names of the sender's choice): `maxProperties`, `additionalProperties: false`, and each
 *   pattern of names anchored and without `*`, `+` or `{n,}` outside of a set, so that names are bounded too.
 * - a literal, an enum, a boolean, null: by themselves.
 * - a union: each of its branches.
 *
 * Exported schemas are found by their names, which end in `Schema`. Any other keyword or kind of schema fails, until its
 * rule stands here and in `find-fault.ts`.
 */
const keywordsOf: Readonly<Record<string, readonly string[]>> = {
  string: ["type", "minLength", "maxLength", "pattern", "description"],
  array: ["type", "items", "minItems", "maxItems", "description"],
  integer: ["type", "minimum", "maximum", "description"],
  number: ["type", "minimum", "maximum", "description"],
  object: ["type", "required", "properties", "additionalProperties", "description"],
  table: ["type", "patternProperties", "maxProperties", "additionalProperties", "description"],
  literal: ["type", "const", "description"],
  enum: ["enum", "description"],
  boolean: ["type", "description"],
  null: ["type", "description"],
  union: ["anyOf", "description"],
};

function kindOf(schema: TSchema): string {
  if (Type.IsLiteral(schema)) return "literal";
  if (Type.IsEnum(schema)) return "enum";
  if (Type.IsUnion(schema)) return "union";
  if (Type.IsRecord(schema)) return "table";
  return String(Reflect.get(schema, "type"));
}

/** What a schema lacks, one line for each fault. */
function faultsOf(schema: TSchema, at: string): string[] {
  const kind = kindOf(schema);
  const known = keywordsOf[kind];
  if (known === undefined) return [`${at}: a schema of kind ${kind} has no rule`];
  const faults = Object.keys(schema)
    .filter((keyword) => !known.includes(keyword))
    .map((keyword) => `${at}: the keyword ${keyword} has no rule for a schema of kind ${kind}`);
  if (kind === "string") faults.push(...faultsOfText(schema, at));
  if (kind === "array") faults.push(...boundsOf(schema, at, ["maxItems"]));
  if (kind === "integer" || kind === "number") faults.push(...boundsOf(schema, at, ["minimum", "maximum"]));
  if (kind === "object" && Reflect.get(schema, "additionalProperties") !== undefined) {
    if (Reflect.get(schema, "additionalProperties") !== false) faults.push(`${at}: open but for a shape`);
  }
  if (kind === "table") faults.push(...faultsOfTable(schema, at));
  return [...faults, ...partsOf(schema).flatMap(([name, part]) => faultsOf(part, `${at}.${name}`))];
}

function boundsOf(schema: TSchema, at: string, bounds: readonly string[]): string[] {
  return bounds
    .filter((bound) => !Number.isSafeInteger(Reflect.get(schema, bound)))
    .map((bound) => `${at}: no ${bound}`);
}

function faultsOfText(schema: TSchema, at: string): string[] {
  const pattern = Reflect.get(schema, "pattern");
  const faults = boundsOf(schema, at, ["maxLength"]);
  if (pattern === undefined) return faults;
  if (!isAnchored(pattern)) faults.push(`${at}: the pattern is not anchored`);
  if (typeof Reflect.get(schema, "description") !== "string")
    faults.push(`${at}: a pattern without description`);
  return faults;
}

function faultsOfTable(schema: TSchema, at: string): string[] {
  const faults = boundsOf(schema, at, ["maxProperties"]);
  if (Reflect.get(schema, "additionalProperties") !== false) faults.push(`${at}: names of any form`);
  const patterns = Type.IsRecord(schema) ? Object.keys(schema.patternProperties) : [];
  for (const pattern of patterns) {
    if (!isAnchored(pattern)) faults.push(`${at}: the pattern of names is not anchored`);
    if (/[*+]|\{\d+,\}/.test(pattern.replaceAll(/\[[^\]]*\]/g, "")))
      faults.push(`${at}: names of any length`);
  }
  return faults;
}

function isAnchored(pattern: unknown): boolean {
  return typeof pattern === "string" && pattern.startsWith("^") && pattern.endsWith("$");
}

function partsOf(schema: TSchema): [string, TSchema][] {
  if (Type.IsUnion(schema)) return schema.anyOf.map((branch, index) => [`(${index})`, branch]);
  if (Type.IsArray(schema)) return [["[]", schema.items]];
  if (Type.IsObject(schema)) return Object.entries(schema.properties);
  return Type.IsRecord(schema) ? Object.entries(schema.patternProperties) : [];
}

const exported = Object.entries(wire).flatMap(([name, value]): [string, TSchema][] =>
  Type.IsSchema(value) && /Schema$/.test(name) ? [[name, value]] : [],
);
const routes: [string, Route][] = Object.entries(wire.routes);
const routed = routes.flatMap(([name, route]): [string, TSchema][] => {
  const { query, input, output, outputLine } = route;
  const parts = Object.entries({ query, input, output, outputLine });
  return parts.flatMap(([part, schema]) => (schema === undefined ? [] : [[`${name}.${part}`, schema]]));
});

describe("every schema of the wire has its maxima (threats D1)", () => {
  test.each([...exported, ...routed])("%s", (name, schema) => {
    expect(faultsOf(schema, name)).toEqual([]);
  });

  test("messages, discovery, verdicts and problems are among them", () => {
    const names = exported.map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "AnyMessageSchema",
        "DiscoverySchema",
        "VerdictSchema",
        "RefusalSchema",
        "ProblemSchema",
      ]),
    );
    expect(names.length).toBeGreaterThan(60);
    expect(routed.length).toBeGreaterThan(40);
  });
});

describe("a schema without a maximum does not get past", () => {
  const free: readonly [string, TSchema][] = [
    ["a text", Type.String()],
    ["a text with a pattern alone", Type.String({ pattern: "^[a-z]{1,5}$", description: "a word" })],
    [
      "a text with a pattern that is not anchored",
      Type.String({ maxLength: 5, pattern: "[a-z]", description: "x" }),
    ],
    ["a text with a pattern nobody can explain", Type.String({ maxLength: 5, pattern: "^[a-z]$" })],
    ["a list", Type.Array(Type.Boolean())],
    ["a list of texts", Type.Array(Type.String(), { maxItems: 5 })],
    ["a whole number", Type.Integer({ minimum: 0 })],
    ["a number", Type.Number({ maximum: 5 })],
    ["a whole number beyond a double", Type.Integer({ minimum: 0, maximum: 2 ** 60 })],
    ["a property", Type.Object({ a: Type.Object({ b: Type.Optional(Type.String()) }) })],
    ["a branch", Type.Union([Type.Null(), Type.String()])],
    [
      "a table",
      Type.Record(Type.String({ pattern: "^[a-z]{1,5}$" }), Type.Null(), { additionalProperties: false }),
    ],
    [
      "a table of names of any form",
      Type.Record(Type.String({ pattern: "^[a-z]{1,5}$" }), Type.Null(), { maxProperties: 5 }),
    ],
    [
      "a table of names of any length",
      Type.Record(Type.String({ pattern: "^[a-z]+$" }), Type.Null(), {
        maxProperties: 5,
        additionalProperties: false,
      }),
    ],
    ["anything", Type.Unknown()],
    ["an intersection", Type.Intersect([Type.Object({}), Type.Object({})])],
    ["an object with other members of some shape", Type.Object({}, { additionalProperties: Type.String() })],
  ];
  test.each(free)("%s", (_name, schema) => {
    expect(faultsOf(schema, "it")).not.toEqual([]);
  });
});

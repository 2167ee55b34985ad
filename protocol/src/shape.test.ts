import fc from "fast-check";
import { type TSchema, Type } from "typebox";
import { describe, expect, test } from "vitest";
import { AddressSchema } from "./address.ts";
import { makeCheck } from "./check-browser.ts";
import { DiscoverySchema } from "./discovery.ts";
import { findFault } from "./find-fault.ts";
import { readMessage } from "./index.ts";
import { AnyMessageSchema } from "./message/message.ts";
import { whole } from "./number.ts";
import { ProblemError } from "./problem.ts";
import { shape } from "./shape.ts";
import { goodMessages, pathsIn, withAt } from "./test-messages.ts";
import { oneLine } from "./text.ts";
import { TimeSchema } from "./time.ts";
import { UuidSchema } from "./uuid.ts";

const oneOf = Type.Enum(["red", "green"]);
const many = Type.Array(Type.Boolean(), { minItems: 1, maxItems: 2 });
const table = Type.Record(Type.String({ pattern: "^[a-z]{1,9}$" }), whole(9), {
  maxProperties: 2,
  additionalProperties: false,
});
const closed = Type.Object({ a: Type.Optional(Type.Null()) }, { additionalProperties: false });
const field = (schema: TSchema) => Type.Object({ field: schema });

describe("a refusal names the field and says in a sentence what it must be", () => {
  const cases: readonly [TSchema, unknown, string, string][] = [
    [AddressSchema, "bob@b.example", "", "The whole must be an object."],
    [AddressSchema, null, "", "The whole must be an object."],
    [AddressSchema, [], "", "The whole must be an object."],
    [AddressSchema, { host: "b.example" }, "/id", "“id” is missing."],
    [
      AddressSchema,
      { id: "bob", host: "B.example" },
      "/host",
      "“host” must be a lower-case host name such as example.com.",
    ],
    [field(UuidSchema), { field: "1" }, "/field", "“field” must be a UUID of version 7 in lower case."],
    [field(oneLine(5, 1)), { field: "" }, "/field", "“field” is empty."],
    [field(TimeSchema), { field: "" }, "/field", "“field” is empty."],
    [
      field(TimeSchema),
      { field: "yesterday" },
      "/field",
      "“field” must be a time in UTC such as 2025-03-15T10:00:00Z.",
    ],
    [field(oneLine(5, 2)), { field: "a" }, "/field", "“field” is shorter than 2 characters."],
    [field(oneLine(5)), { field: "abcdef" }, "/field", "“field” is longer than 5 characters."],
    [field(oneLine(5)), { field: "😀😀😀😀😀😀" }, "/field", "“field” is longer than 5 characters."],
    [
      field(oneLine(5)),
      { field: "a\nb" },
      "/field",
      "“field” must be text on one line, without control characters.",
    ],
    [field(oneLine(5)), { field: 5 }, "/field", "“field” must be a text."],
    [field(whole(9, 1)), { field: 0 }, "/field", "“field” is less than 1."],
    [field(whole(9, 1)), { field: 10 }, "/field", "“field” is more than 9."],
    [field(whole(9, 1)), { field: 1.5 }, "/field", "“field” must be a whole number."],
    [field(whole(9, 1)), { field: "1" }, "/field", "“field” must be a whole number."],
    [field(Type.Boolean()), { field: 1 }, "/field", "“field” must be true or false."],
    [field(Type.Literal("ed25519")), { field: "rsa" }, "/field", '“field” must be "ed25519".'],
    [field(oneOf), { field: "blue" }, "/field", "“field” must be one of red, green."],
    [field(oneOf), { field: 1 }, "/field", "“field” must be one of red, green."],
    [field(many), { field: {} }, "/field", "“field” must be a list."],
    [field(many), { field: [] }, "/field", "“field” is empty."],
    [field(many), { field: [true, true, true] }, "/field", "“field” has more than 2 entries."],
    [field(many), { field: [true, 0] }, "/field/1", "“field.1” must be true or false."],
    [field(Type.Union([oneLine(5), Type.Null()])), { field: 5 }, "/field", "“field” must be a text or null."],
    [
      field(Type.Union([oneLine(5), Type.Null()])),
      { field: "abcdef" },
      "/field",
      "“field” is longer than 5 characters.",
    ],
    [field(table), { field: { a: 1, b: 2, c: 3 } }, "/field", "“field” has more than 2 members."],
    [field(table), { field: { A: 1 } }, "/field/A", "“field.A” is not known here. Remove it."],
    [field(table), { field: { a: 10 } }, "/field/a", "“field.a” is more than 9."],
    [field(closed), { field: { b: 1 } }, "/field/b", "“field.b” is not known here. Remove it."],
    [
      field(closed),
      { field: { "a/b~c": 1 } },
      "/field/a~1b~0c",
      "“field.a/b~c” is not known here. Remove it.",
    ],
    [field(closed), { field: { a: 1 } }, "/field/a", "“field.a” must be null."],
  ];
  test.each(cases)("%#: %j given %j", (schema, value, pointer, sentence) => {
    try {
      shape(schema).parse(value);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect({ ...error.problem, detail: error.message }).toMatchObject({
        ...{ code: "badRequest", pointer, detail: sentence },
      });
    }
  });

  test("under the code that the caller chooses", () => {
    expect(() => shape(AddressSchema).parse(1, "invalidMessage")).toThrow(ProblemError);
    try {
      shape(AddressSchema).parse(1, "invalidMessage");
    } catch (error) {
      expect(error).toMatchObject({ problem: { code: "invalidMessage", status: 422 } });
    }
  });

  test("and is no longer than a few lines, however long the name of the field", () => {
    expect(() => shape(closed).parse({ ["x".repeat(100_000)]: 1 })).toThrow(/^.{0,300}$/);
  });
});

describe("a value that fits", () => {
  test("is given back itself, fields that are not known included", () => {
    const value = { id: "bob", host: "b.example", name: "Bob" };
    expect(shape(AddressSchema).parse(value)).toBe(value);
  });

  test("is told from one that does not without a throw", () => {
    const checker = shape(UuidSchema);
    expect(checker.matches("0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4b")).toBe(true);
    expect(checker.matches(undefined)).toBe(false);
  });
});

/** Messages of every type with one value in them replaced by another, and what discovery could be. */
const replaced = fc
  .constantFrom(...goodMessages().map(({ message }) => message))
  .chain((message) =>
    fc
      .tuple(
        fc.constantFrom(...pathsIn(message)),
        fc.oneof(fc.jsonValue(), fc.constantFrom("", -1, 1e300, "😀".repeat(300))),
      )
      .map(([path, value]) => withAt(message, path, value)),
  );

describe("the same value gets the same answer", () => {
  const compiled = [shape(AnyMessageSchema), shape(DiscoverySchema)];

  test("from the walker that names the fault and from the compiled checker", () => {
    fc.assert(
      fc.property(fc.oneof(replaced, fc.jsonValue()), (value) => {
        for (const { schema, matches } of compiled) {
          expect(findFault(schema, value) === undefined).toBe(matches(value));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("from the compiled checker and from that of browsers", () => {
    fc.assert(
      fc.property(fc.oneof(replaced, fc.jsonValue()), (value) => {
        for (const { schema, matches } of compiled) expect(makeCheck(schema)(value)).toBe(matches(value));
      }),
      { numRuns: 200 },
    );
  });
});

describe("refusing a hostile body costs hardly more than reading it (threats D1)", () => {
  const start =
    '{"id":"0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4b","from":{"id":"a","host":"a.example"},"date":"2025-03-15T10:00:00Z"';
  const fill = (part: (index: number) => string) =>
    Array.from({ length: 9000 }, (_, index) => part(index)).join(",");
  const bodies: readonly [string, string][] = [
    ["recipients that are none", `${start},"to":[${fill(() => "{}")}]}`],
    ["far too many recipients", `${start},"to":[${fill(() => '{"id":"b","host":"b.c"}')}]}`],
    ["far too many rules", `${start},"type":"calendar_invite","recurrenceRules":[${fill(() => "{}")}]}`],
    [
      "far too many participants",
      `${start},"type":"calendar_invite","participants":{${fill((at) => `"p${at}":{}`)}}}`,
    ],
    ["fields that a seal does not know", `${start},"seal":{${fill((at) => `"k${at}":0`)}}}`],
    ["a host without end", `${start},"to":[{"id":"b","host":"${"a.".repeat(100_000)}"}]}`],
    ["a name without end", `${start},"to":[{"id":"${"a".repeat(200_000)}","host":"b.c"}]}`],
    ["backslashes without end", `${start},"body":"${"\\\\".repeat(100_000)}`],
    ["quotes without end", '"'.repeat(200_000)],
    ["brackets without end", "[".repeat(200_000)],
  ];
  test.each(bodies)("%s", (_name, text) => {
    const bytes = new TextEncoder().encode(text);
    const read = () => expect(() => readMessage(bytes)).toThrow(ProblemError);
    read();
    const costs = [1, 2, 3].map(() => {
      const before = process.threadCpuUsage();
      read();
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1000;
    });
    expect(Math.min(...costs)).toBeLessThan(50);
  });
});

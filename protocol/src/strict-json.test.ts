import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "./limits.ts";
import { ProblemError } from "./problem.ts";
import { readJson } from "./strict-json.ts";

const encoder = new TextEncoder();

/** What `readJson` makes of bytes, or the refusal's code and sentence; anything else thrown is a fault of ours. */
function read(bytes: Uint8Array): { value: unknown } | { code: string; detail: string } {
  try {
    return { value: readJson(bytes) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.problem.code, detail: error.message };
  }
}

function parse(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** A name written as JSON with some of its UTF-16 units as escapes. */
function spelling(name: string): fc.Arbitrary<string> {
  const units = Array.from({ length: name.length }, (_, at) => name.charCodeAt(at));
  const asEscape = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;
  return fc.array(fc.boolean(), { minLength: units.length, maxLength: units.length }).map((escaped) => {
    const plain = (unit: number) => unit >= 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x5c;
    const parts = units.map((unit, at) =>
      escaped[at] || !plain(unit) ? asEscape(unit) : String.fromCharCode(unit),
    );
    return `"${parts.join("")}"`;
  });
}

describe("strict JSON (threats A4)", () => {
  test("means what JSON.parse says, where it is accepted", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const bytes = encoder.encode(text);
        const result = read(bytes);
        if ("value" in result) expect(result).toEqual(parse(bytes));
        else expect(text).toMatch(/\\u|__proto__/);
      }),
      { numRuns: 1000 },
    );
  });

  test("is accepted whenever JSON.stringify wrote it of sound texts and not too deep", () => {
    const key = fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__" && !key.includes("\0"));
    const leaf = fc.oneof(
      key,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: limits.jsonDepth }, leaf, tie("list"), tie("object")),
      list: fc.array(tie("value"), { maxLength: 5 }),
      object: fc.dictionary(key, tie("value"), { maxKeys: 5 }),
    }));
    fc.assert(
      fc.property(value, (value) => {
        fc.pre(depthOf(value) <= limits.jsonDepth);
        const text = JSON.stringify(value);
        expect(read(encoder.encode(text))).toEqual({ value: JSON.parse(text) });
      }),
    );
  });

  test("is refused as badJson or accepted as JSON.parse has it, whatever the bytes", () => {
    const scraps = [
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"',
      '"a"',
      '"a":',
      "\\",
      "\\u00",
      "0",
      "-",
      "1e400",
      "true",
      " ",
      "é",
      "\ufeff",
    ];
    const scrap = fc
      .array(fc.constantFrom(...scraps), { maxLength: 20 })
      .map((parts) => encoder.encode(parts.join("")));
    fc.assert(
      fc.property(fc.oneof(scrap, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        const result = read(bytes);
        if ("value" in result) expect(result).toEqual(parse(bytes));
        else expect(result.code).toBe("badJson");
      }),
      { numRuns: 2000 },
    );
  });

  test("never holds a name twice, however its letters are spelt", () => {
    const twice = fc
      .string({ unit: "grapheme", maxLength: 8 })
      .chain((name) =>
        fc.tuple(spelling(name), spelling(name), fc.array(spelling(`${name}x`), { maxLength: 1 })),
      );
    fc.assert(
      fc.property(twice, ([first, second, between]) => {
        const members = [first, ...between, second].map((name) => `${name}:null`).join(",");
        for (const text of [`{${members}}`, `[{"a":{${members}}}]`]) {
          expect(read(encoder.encode(text))).toMatchObject({ code: "badJson" });
        }
      }),
    );
  });

  test("leaves every object without a foreign prototype", () => {
    expect(read(encoder.encode('{"a":{"__proto__":{"isAdmin":true}}}'))).toMatchObject({ code: "badJson" });
    expect(Reflect.get({}, "isAdmin")).toBeUndefined();
  });

  test("says what is wrong in words", () => {
    const sentences = [
      ['{"a":1,"a":2}', "An object has the same name twice. Remove one of the two."],
      ["\ufeff{}", "The body begins with a byte order mark. Send it without."],
      ["{", "The body is not JSON."],
      ["[".repeat(33), "The body is nested deeper than 32 levels."],
      ['"\\ud800"', "A string holds half of a surrogate pair."],
      ['"\\u0000"', "A string holds the character U+0000, which is not taken."],
      ["1e400", "A number is larger than a double can hold."],
      ['{"__proto__":1}', "An object has a member named __proto__, which is not taken."],
    ] as const;
    for (const [text, detail] of sentences) {
      expect(read(encoder.encode(text))).toEqual({ code: "badJson", detail });
    }
    expect(read(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({
      code: "badJson",
      detail: "The body is not UTF-8.",
    });
  });

  test("beyond its maximum is refused before it is looked at, and the maximum is named", () => {
    expect(() => readJson(new Uint8Array(10_000_000), { maxBytes: 262_144 })).toThrow(
      "The body has 10000000 bytes; at most 262144 are taken.",
    );
  });
});

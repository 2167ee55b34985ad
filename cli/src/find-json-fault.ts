/** Where JSON (RFC 8259) cannot be read any further, for people who have to find it. */

export interface JsonFault {
  /** From 1 on. */
  line: number;
  column: number;
}

const blank = /[ \t\n\r]*/y;
const scalar =
  /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/** What may stand next. */
type Expected = "value" | "value or end" | "name" | "name or end" | "colon" | "comma or end";

/** Undefined when the text is JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = skip(text, 0);
  while (open.length > 0 || expected !== "comma or end") {
    const inside = open.at(-1);
    const character = text[at];
    if (character === (inside === "{" ? "}" : "]") && expected.endsWith("or end") && inside !== undefined) {
      open.pop();
      at = skip(text, at + 1);
      expected = "comma or end";
    } else if (expected === "comma or end" && character === ",") {
      at = skip(text, at + 1);
      expected = inside === "{" ? "name" : "value";
    } else if (expected === "colon" && character === ":") {
      at = skip(text, at + 1);
      expected = "value";
    } else if (expected.startsWith("value") && (character === "{" || character === "[")) {
      open.push(character);
      at = skip(text, at + 1);
      expected = character === "{" ? "name or end" : "value or end";
    } else if (expected.startsWith("value") || (expected.startsWith("name") && character === '"')) {
      const end = endOfScalar(text, at);
      if (end === undefined) return placeOf(text, at);
      at = skip(text, end);
      expected = expected.startsWith("value") ? "comma or end" : "colon";
    } else return placeOf(text, at);
  }
  return at === text.length ? undefined : placeOf(text, at);
}

function skip(text: string, from: number): number {
  blank.lastIndex = from;
  return from + (blank.exec(text)?.[0].length ?? 0);
}

function endOfScalar(text: string, from: number): number | undefined {
  scalar.lastIndex = from;
  return scalar.test(text) ? scalar.lastIndex : undefined;
}

function placeOf(text: string, at: number): JsonFault {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonFault } from "./find-json-fault.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("The place where JSON cannot be read any further is told by line and column", () => {
  const faults: [string, number, number][] = [
    ["", 1, 1],
    ['{"a": 1,\n "b": tru }', 2, 7],
    ['{"a": 1,}', 1, 9],
    ["{a: 1}", 1, 2],
    ['{"a" 1}', 1, 6],
    ['{"👍": 1] ', 1, 8],
    ["[1, 2", 1, 6],
    ['{"a": "no end}', 1, 7],
    ['"a"\n"b"', 2, 1],
    ["01", 1, 2],
    ["]", 1, 1],
  ];
  for (const [text, line, column] of faults) expect(findJsonFault(text)).toEqual({ line, column });
});

test("It finds none in JSON, and one in all else", () => {
  const piece = fc.constantFrom(...'{}[],:"\\ \n0-1.5e+truefalsnull\u0007👍'.split(""));
  const scraps = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  const texts = fc.oneof(
    fc.json(),
    scraps,
    fc.tuple(fc.json(), scraps, fc.nat()).map(([json, scrap, at]) => {
      const cut = at % (json.length + 1);
      return json.slice(0, cut) + scrap + json.slice(cut);
    }),
  );
  fc.assert(
    fc.property(texts, (text) => (findJsonFault(text) === undefined) === isJson(text)),
    { numRuns: 3_000 },
  );
});

test("However deep it is nested, it is read", () => {
  const deep = 200_000;
  expect(findJsonFault("[".repeat(deep) + "]".repeat(deep))).toBeUndefined();
  expect(findJsonFault("[".repeat(deep))).toEqual({ line: 1, column: deep + 1 });
});

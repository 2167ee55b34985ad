import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeMembers } from "./write-members.ts";

const date = "2026-11-24T00:00:00.000Z";
const from = { id: "alice", host: "a.test" };

function write(text: string, members: Record<string, unknown>): string {
  return new TextDecoder().decode(writeMembers(new TextEncoder().encode(text), members));
}

describe("members are written into the text of a message", () => {
  it.each([
    ["in front of the others", '{"to":[]}', '{"id":"1","to":[]}'],
    ["of an object with nothing in it", " { } ", ' {"id":"1" } '],
    ["over several lines, where it opens", '{\r\n  "to": []\n}\n', '{"id":"1",\r\n  "to": []\n}\n'],
    ["in place of a null", '{"to":[],"id": null }', '{"to":[],"id": "1" }'],
    ["in place of a null whose name is escaped", '{"\\u0069d":null}', '{"\\u0069d":"1"}'],
    [
      "in place of its own null only",
      '{"a":null,"b":{"id":null},"id":null}',
      '{"a":null,"b":{"id":null},"id":"1"}',
    ],
    [
      "past what only looks like one",
      '{"id\\":null":"\\"id\\":null","c":["id",null]}',
      '{"id":"1","id\\":null":"\\"id\\":null","c":["id",null]}',
    ],
  ])("%s", (_, given, written) => {
    expect(write(given, { id: "1" })).toBe(written);
  });

  it("and leave every number, space and letter of the others as it was", () => {
    const others = '"n":12345678901234567890, "z" : -0,"e":1E3,"s":"\\u00e9é\\/","l":[1.0,1e2]';
    expect(write(`{${others}}`, { date, from })).toBe(
      `{"date":"${date}","from":{"id":"alice","host":"a.test"},${others}}`,
    );
  });

  it("so that it reads as what it was and they, whatever else it says", () => {
    const name = fc.oneof(fc.constantFrom("id", "date", "from", 'a"b', "null", "é"), fc.string());
    const value = fc.oneof(fc.constant(null), fc.jsonValue());
    const indent = fc.constantFrom(undefined, 1, "\t");
    fc.assert(
      fc.property(fc.dictionary(name, value), indent, (object, space) => {
        const members = Object.fromEntries(
          Object.entries({ id: "1", date, from }).filter(([key]) => (object[key] ?? null) === null),
        );
        const text = JSON.stringify(object, undefined, space);
        const written = write(text, members);
        expect(JSON.parse(written)).toEqual({ ...JSON.parse(text), ...members });
        // Nothing is named twice.
        expect(written.match(/:/g)?.length).toBe(
          JSON.stringify({ ...object, ...members }).match(/:/g)?.length,
        );
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "./limits.ts";
import { isLine, joinLines, splitLines } from "./ndjson.ts";
import { ProblemError } from "./problem.ts";

const line = fc.uint8Array({ maxLength: 20 }).filter(isLine);
const lines = fc.array(line, { maxLength: limits.batchLines });

describe("lines of a batch", () => {
  test("joined and split again are the same lines, empty ones too", () => {
    fc.assert(
      fc.property(lines, (lines) => {
        expect(splitLines(joinLines(lines))).toEqual(lines);
      }),
    );
  });

  test("are split the same with and without the last newline, unless the last line is empty", () => {
    fc.assert(
      fc.property(lines, (lines) => {
        fc.pre((lines.at(-1)?.length ?? 0) > 0);
        expect(splitLines(joinLines(lines).subarray(0, -1))).toEqual(lines);
      }),
    );
  });

  test("keep every byte of the body in its place, nothing copied", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
        for (const line of splitLines(body)) expect(line.buffer).toBe(body.buffer);
        const missing = body.length > 0 && body.at(-1) !== 0x0a ? 1 : 0;
        expect(joinLines(splitLines(body)).subarray(0, body.length)).toEqual(body);
        expect(joinLines(splitLines(body))).toHaveLength(body.length + missing);
      }),
    );
  });

  test("beyond the maximum are refused, and the maximum is named", () => {
    try {
      splitLines(new Uint8Array(limits.batchLines + 1).fill(0x0a));
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect(error.problem.code).toBe("tooLarge");
      expect(error.message).toBe("A batch holds at most 100 lines. Send the rest in another request.");
    }
  });

  test("are not joined when one holds a newline, which would make two messages of it", () => {
    const broken = new TextEncoder().encode('{"a":1}\n{"b":2}');
    expect(isLine(broken)).toBe(false);
    expect(() => joinLines([broken])).toThrow(RangeError);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ErrorCode, errors, isErrorCode } from "./errors.ts";
import { limits } from "./limits.ts";
import { fail, ProblemError, ProblemSchema, problem } from "./problem.ts";
import { shape } from "./shape.ts";
import { readJson } from "./strict-json.ts";

const problemShape = shape(ProblemSchema);
const codes = Object.keys(errors).filter(isErrorCode);

describe("a problem", () => {
  test.each(codes)("%s has the status and the advice of the table", (code: ErrorCode) => {
    const { status, retry, title } = errors[code];
    expect(problem(code, "It went wrong.")).toEqual({
      type: `urn:posthorn:problem:${code}`,
      ...{ code, status, title, detail: "It went wrong.", retry },
    });
  });

  test("can be read by any peer, whatever texts went into it", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 1000, maxLength: 3000 }));
    const seconds = fc.double({ noNaN: true, min: -1e9, max: 1e12 });
    fc.assert(
      fc.property(fc.constantFrom(...codes), text, text, seconds, (code, detail, pointer, retryAfterS) => {
        const made = problem(code, detail, { pointer, retryAfterS });
        const bytes = new TextEncoder().encode(JSON.stringify(made));
        expect(problemShape.parse(readJson(bytes))).toEqual(made);
      }),
    );
  });

  test("keeps a text of up to its maximum and cuts a longer one where it shows", () => {
    const longest = "a".repeat(limits.detail);
    expect(problem("badJson", longest).detail).toBe(longest);
    expect(problem("badJson", `${longest}a`).detail).toBe(`${"a".repeat(limits.detail - 1)}…`);
    expect(problem("badJson", "", { pointer: "/a".repeat(limits.pointer) }).pointer).toHaveLength(
      limits.pointer,
    );
  });

  test("does not leave half a character where it cuts", () => {
    const { detail } = problem("badJson", `${"a".repeat(limits.detail - 2)}😀😀`);
    expect(detail.isWellFormed()).toBe(true);
  });

  test("tells whole seconds to wait, none below 0 and at most a week", () => {
    const wait = (retryAfterS: number) => problem("rateLimited", "Wait.", { retryAfterS }).retryAfterS;
    expect([wait(0.1), wait(59), wait(-5), wait(1e9)]).toEqual([1, 59, 0, limits.retryAfterS]);
  });

  test("names at most so many missing blobs", () => {
    const missing = Array.from({ length: limits.missing + 1 }, () => "a".repeat(64));
    expect(problem("blobsMissing", "Upload them.", { missing }).missing).toHaveLength(limits.missing);
  });

  test("leaves out what is not given, undefined or not at all", () => {
    const extra = { pointer: undefined, retryAfterS: undefined, missing: undefined, instance: undefined };
    expect(Object.keys(problem("gone", "It is gone.", extra))).toEqual(
      Object.keys(problem("gone", "It is gone.")),
    );
  });

  test("is thrown as a ProblemError whose message is the detail", () => {
    try {
      fail("gone", "It is gone.", { pointer: "/id" });
    } catch (error) {
      expect(error).toBeInstanceOf(ProblemError);
      expect(error).toMatchObject({
        message: "It is gone.",
        name: "ProblemError",
        problem: { pointer: "/id" },
      });
    }
    expect.assertions(2);
  });
});

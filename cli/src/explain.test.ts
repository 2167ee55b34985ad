import { readFile } from "node:fs/promises";
import { UnexpectedAnswer, Unreachable } from "@posthorn/client";
import { errors, isErrorCode, ProblemError, problem } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { explain, withHints } from "./explain.ts";
import { Failure } from "./failure.ts";

const ctx = { posthorn: "posthorn", command: "send" };

describe("Every refusal of the error table", () => {
  for (const code of Object.keys(errors).filter(isErrorCode)) {
    test(`${code} ends with a number, says what happened and what to do next`, () => {
      const told = explain(new ProblemError(problem(code, "It did not work.")), ctx);
      expect(told).toMatchObject({ code, message: "It did not work." });
      expect([1, 2, 4]).toContain(told.exitCode);
      expect(told.next).toMatch(/^(?:posthorn .+|Try again.*\.)$/);
    });
  }
});

test("A command that knows better says what to do next itself", async () => {
  const action = withHints(
    () => ({ notFound: "posthorn inbox" }),
    () => Promise.reject(new ProblemError(problem("notFound", "There is no such message."))),
  );
  const thrown: unknown = await action().catch((error: unknown) => error);
  expect(explain(thrown, ctx)).toMatchObject({ exitCode: 1, next: "posthorn inbox" });
});

test("Who waits is told how long, and who reports is given the word of the log", () => {
  const limited = new ProblemError(problem("rateLimited", "Too much.", { retryAfterS: 30 }));
  expect(explain(limited, ctx).next).toBe("Try again in 30 s.");
  const broken = new ProblemError(problem("internal", "The server failed.", { instance: "abc" }));
  expect(explain(broken, ctx).next).toContain("with the word abc");
});

test("A server that cannot be reached ends with 3, whatever stands in its place too", () => {
  const connect = new Unreachable("connect", "a.example");
  expect(explain(connect, ctx)).toMatchObject({ exitCode: 3, code: "unreachable" });
  const proxy = new UnexpectedAnswer("a.example", 404, "with text/html instead of a reason");
  expect(explain(proxy, ctx)).toMatchObject({ exitCode: 3, code: "unexpectedAnswer" });
  const trial = new Unreachable("tls", "a.localhost:8441");
  expect(explain(trial, ctx).next).toBe("posthorn login ADDRESS --ca FILE trusts it from then on.");
  expect(explain(new Unreachable("tls", "a.example"), ctx).next).toBeUndefined();
});

test("What the machine refuses is said in words, with the name of the file", async () => {
  const thrown: unknown = await readFile("/nowhere/letter.txt").catch((error: unknown) => error);
  expect(explain(thrown, ctx)).toEqual({
    exitCode: 1,
    code: "ENOENT",
    message: "There is no /nowhere/letter.txt.",
    next: "Check the name.",
  });
});

test("What nobody foresaw is told without a stack and asks for a report", () => {
  const told = explain(new TypeError("x is not a function"), ctx);
  expect(told.message).toBe("Something happened that Posthorn did not foresee: x is not a function");
  expect(told.next).toContain("--debug");
});

test("A failure without advice of its own points to the help of its command", () => {
  expect(explain(new Failure("No."), ctx).next).toBe("posthorn send --help");
});

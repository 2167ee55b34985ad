import { readFile } from "node:fs/promises";
import { UnexpectedAnswer, Unreachable } from "@posthorn/client";
import { errors, isErrorCode, ProblemError, problem } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { exitCodes } from "./exit-codes.ts";
import { explain, withHints } from "./explain.ts";
import { Failure } from "./failure.ts";

const ctx = { help: "posthorn send --help", next: (command: string) => `posthorn ${command}` };

describe("Every refusal of the error table", () => {
  for (const code of Object.keys(errors).filter(isErrorCode)) {
    test(`${code} ends with a number and the server's sentence, and with help only where the command was wrong`, () => {
      const told = explain(new ProblemError(problem(code, "It did not work.")), ctx);
      expect(told).toMatchObject({ code, message: "It did not work." });
      expect([1, 2, 4]).toContain(told.exitCode);
      const isLater = errors[code].retry === "later";
      const usual = told.exitCode === 4 ? /^posthorn login ADDRESS$/ : /^posthorn send --help$/;
      if (told.exitCode === 1 && !isLater) expect(told.next).toBeUndefined();
      else expect(told.next).toMatch(isLater ? /^Try again.*\.$/ : usual);
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
  expect(explain(connect, ctx)).toEqual({
    exitCode: 3,
    code: "unreachable",
    message: "a.example does not take connections.",
    next: "Check that the server is running there and that the port is right.",
  });
  const proxy = new UnexpectedAnswer("a.example", 404, "with text/html instead of a reason");
  expect(explain(proxy, ctx)).toMatchObject({
    exitCode: 3,
    code: "unexpectedAnswer",
    next: "Check that a Posthorn server runs at this address.",
  });
  const trial = new Unreachable("tls", "a.localhost:8441");
  expect(explain(trial, ctx).next).toBe("posthorn login ADDRESS --ca FILE trusts it from then on.");
  expect(explain(new Unreachable("tls", "a.example"), ctx).next).toMatch(/^If this is a trial/);
});

test("What the machine refuses is said in words, with the name of the file", async () => {
  const thrown: unknown = await readFile("/nowhere/letter.txt").catch((error: unknown) => error);
  expect(explain(thrown, ctx)).toEqual({
    exitCode: 1,
    code: "noSuchFile",
    message: "There is no /nowhere/letter.txt.",
    next: "Check the name.",
  });
});

test("What nobody foresaw is told without a stack and asks for a report", () => {
  const told = explain(new TypeError("x is not a function"), ctx);
  expect(told.message).toBe("Something happened that Posthorn did not foresee: x is not a function");
  expect(told.next).toContain("--debug");
});

test("A wrong command without advice of its own points to its help; another failure has nothing to add", () => {
  expect(explain(new Failure("No.", { exitCode: exitCodes.usage }), ctx).next).toBe("posthorn send --help");
  expect(explain(new Failure("The key is damaged."), ctx).next).toBeUndefined();
});

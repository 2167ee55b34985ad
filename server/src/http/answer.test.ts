import { fail, RefreshSchema, routes, SendQuerySchema } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import type { Caller } from "../auth/caller.ts";
import { guarded, jsonAnswer, letIn, readInput, readQuery, requireType } from "./answer.ts";
import type { HttpRequest } from "./http.ts";

function request(fields: Record<string, string[]> = {}, rest: Partial<HttpRequest> = {}): HttpRequest {
  const headers = new Map(Object.entries(fields));
  return {
    method: "POST",
    path: "/",
    query: "",
    headers,
    body: each(""),
    remoteAddress: "192.0.2.1",
    ...rest,
  };
}

async function* each(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield new TextEncoder().encode(piece);
}

function codeOf(work: () => unknown): Promise<string> {
  return Promise.resolve()
    .then(work)
    .then(
      () => "fine",
      (error) => error.problem.code,
    );
}

describe("Content-Type", () => {
  const taken = [
    "application/json",
    "APPLICATION/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json ;  charset=utf-8 ",
    "application/json;",
  ];
  test.each(taken)("%s is JSON", (type) => {
    expect(requireType(request({ "content-type": [type] }), ["application/json"])).toBe("application/json");
  });

  const refused: string[][] = [
    [],
    [""],
    ["text/plain"],
    ["application/jsonx"],
    ["application/json, application/json"],
    ["application/json", "application/json"],
    ["application/json; charset=utf-7"],
    ["application/json; charset=utf-16; charset=utf-8"],
    ["application/json; boundary=x"],
    ["application/ld+json"],
    ["text/html; application/json"],
  ];
  test.each(refused)("%s is refused", async (...types) => {
    const fields = types.length === 0 ? {} : { "content-type": types };
    expect(await codeOf(() => requireType(request(fields), ["application/json"]))).toBe("unsupportedType");
  });

  test.each([" ", "\t", "; ", "application/json;", '"'])(
    "16 KiB of “%s” are refused as fast as anything (CVE-2025-68475)",
    async (piece) => {
      const type = `a${piece.repeat(16_000 / piece.length)}b`;
      const startedAt = performance.now();
      for (let count = 0; count < 20; count++) {
        expect(
          await codeOf(() => requireType(request({ "content-type": [type] }), ["application/json"])),
        ).toBe("unsupportedType");
      }
      expect(performance.now() - startedAt).toBeLessThan(500);
    },
  );
});

describe("a JSON body", () => {
  const json = { "content-type": ["application/json"] };
  const bad: [string, string, string][] = [
    ["no JSON", "{", "badJson"],
    ["a name twice", '{"refreshToken":"0123456789abcdef","refreshToken":"0123456789abcdeX"}', "badJson"],
    ["a byte order mark", '\ufeff{"refreshToken":"0123456789abcdef"}', "badJson"],
    ["__proto__", '{"refreshToken":"0123456789abcdef","__proto__":{}}', "badJson"],
    ["a field too many", '{"refreshToken":"0123456789abcdef","admin":true}', "badRequest"],
    ["a field of another type", '{"refreshToken":17}', "badRequest"],
    ["nothing", "", "badJson"],
    ["too much", `{"refreshToken":"${"a".repeat(70_000)}"}`, "tooLarge"],
  ];
  test.each(bad)("with %s is refused", async (_, text, code) => {
    expect(await codeOf(() => readInput(request(json, { body: each(text) }), RefreshSchema))).toBe(code);
  });

  test("says where the fault is", async () => {
    const body = each('{"refreshToken":17}');
    await expect(readInput(request(json, { body }), RefreshSchema)).rejects.toMatchObject({
      problem: { pointer: "/refreshToken" },
    });
  });

  test("in its shape is read", async () => {
    const body = each('{"refreshToken":', '"0123456789abcdef"}');
    expect(await readInput(request(json, { body }), RefreshSchema)).toEqual({
      refreshToken: "0123456789abcdef",
    });
  });
});

describe("a query", () => {
  test("is read as it stands", () => {
    const query = "?undo=5&sendAt=2026-12-01T10%3A00:00Z";
    expect(readQuery(request({}, { query }), SendQuerySchema)).toEqual({
      undo: "5",
      sendAt: "2026-12-01T10:00:00Z",
    });
  });

  test.each(["?undo=5&undo=6", "?__proto__=1", "?undo=x", "?undo=5&%75ndo=5"])(
    "%s is refused",
    async (query) => {
      expect(await codeOf(() => readQuery(request({}, { query }), SendQuerySchema))).toBe("badRequest");
    },
  );
});

describe("who is let in", () => {
  const session: Caller = { accountId: 7, name: "alice", scopes: new Set(["read", "send"]), sessionId: "s" };
  const program: Caller = { accountId: 7, name: "alice", scopes: new Set(["read"]), tokenId: "t" };
  const operator: Caller = { accountId: 0, name: "operator", scopes: new Set(["admin"]) };

  const cases: [string, Caller, keyof typeof routes, string][] = [
    ["a session", session, "jmapSession", "fine"],
    ["a session without the scope", session, "putBlob", "forbidden"],
    ["a program", program, "jmapSession", "fine"],
    ["a program without the scope", program, "send", "forbidden"],
    ["a program that wants another token", program, "createToken", "forbidden"],
    ["a program that wants to end sessions", program, "endSession", "forbidden"],
    ["a program that wants the tokens", program, "tokens", "forbidden"],
    ["the operator to a mailbox", operator, "jmapSession", "forbidden"],
    ["the operator to sending", operator, "send", "forbidden"],
    ["the operator to sessions", operator, "sessions", "forbidden"],
    ["the operator to what is the operator's", operator, "queue", "fine"],
    ["a session to what is the operator's", session, "queue", "forbidden"],
  ];
  test.each(cases)("%s: %o to %s is %s", async (_, caller, name, expected) => {
    expect(await codeOf(() => letIn(async () => caller, routes[name], request()))).toBe(expected);
  });

  test("every route but the open ones and the peers' asks for a scope or a session", () => {
    for (const { auth, path, method, ...rest } of Object.values(routes)) {
      const isGuarded = "scope" in rest || "sessionOnly" in rest;
      expect(`${method} ${path} ${isGuarded}`).toBe(
        `${method} ${path} ${auth === "token" || auth === "operator"}`,
      );
    }
  });

  test("a doubled Authorization field is none", async () => {
    const authenticate = async (authorization: string | undefined) =>
      authorization === undefined ? fail("unauthorized", "No.") : session;
    const doubled = request({ authorization: ["Bearer a", "Bearer b"] });
    expect(await codeOf(() => letIn(authenticate, routes.jmapSession, doubled))).toBe("unauthorized");
  });

  test("a handler never runs for whoever is not let in", async () => {
    let ran = false;
    const line = guarded(
      async () => fail("unauthorized", "No."),
      routes.logout,
      async () => {
        ran = true;
        return undefined;
      },
    );
    expect(await codeOf(() => line.handler(request(), { get: () => "" }))).toBe("unauthorized");
    expect(ran).toBe(false);
  });
});

test("an answer without output is empty, with the status of its route", () => {
  expect(jsonAnswer(routes.logout, undefined)).toEqual({ status: 204, headers: {}, body: new Uint8Array() });
});

import { limits } from "@posthorn/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { onSqlite } from "../store/each-store.ts";
import { sql } from "../store/sql.ts";
import { makeApiToken } from "./api-token.ts";
import { authenticate, authenticateProgram } from "./authenticate.ts";
import { RecordingStore } from "./recording-store.ts";
import { logout } from "./session.ts";
import { openTrialAuth, problemOf, type TrialAuth } from "./trial-auth.ts";

const open = onSqlite();
let trial: TrialAuth;
let token: string;

beforeEach(async () => {
  trial = await openTrialAuth(await open());
  token = (await trial.register("alice", "correct horse battery staple")).accessToken;
});

const ask = (authorization: string | undefined) => authenticate(trial.ctx, authorization);

describe("an Authorization field", () => {
  test("in the form of RFC 6750 is read, whatever the case of its scheme", async () => {
    for (const scheme of ["Bearer ", "bearer ", "BEARER ", "Bearer   "]) {
      expect((await ask(`${scheme}${token}`)).name).toBe("alice");
    }
  });

  const malformed: [string, (token: string) => string | undefined][] = [
    ["none", () => undefined],
    ["an empty one", () => ""],
    ["only the scheme", () => "Bearer"],
    ["only the scheme and a space", () => "Bearer "],
    ["no scheme", (given) => given],
    ["another scheme", (given) => `Basic ${given}`],
    ["no space", (given) => `Bearer${given}`],
    ["a tab", (given) => `Bearer\t${given}`],
    ["two tokens", (given) => `Bearer ${given} ${given}`],
    ["two tokens and a comma", (given) => `Bearer ${given}, Bearer ${given}`],
    ["quotes", (given) => `Bearer "${given}"`],
    ["a parameter", (given) => `Bearer token=${given}`],
    ["a line feed", (given) => `Bearer ${given}\n`],
    ["a space in front", (given) => ` Bearer ${given}`],
    ["a letter that is not ASCII", (given) => `Bearer ${given}é`],
    ["a wide space", (given) => `Bearer\u3000${given}`],
    ["more than any token has", () => `Bearer ${"A".repeat(limits.token)}`],
    ["a token of another kind", () => `Bearer phr_${"A".repeat(86)}`],
    ["something that only begins like an API token", () => "Bearer ph_x"],
  ];
  test.each(malformed)("that is %s is refused", async (_, field) => {
    expect(await problemOf(ask(field(token)))).toMatchObject({ code: "unauthorized" });
  });

  test.each(["=", " ", "A", ".", "-", "A="])("of 4,000 × “%s” is refused as fast as any", async (piece) => {
    const field = `Bearer ${piece.repeat(4_000 / piece.length)}!`;
    const startedAt = performance.now();
    for (let count = 0; count < 50; count++) {
      expect(await problemOf(ask(field))).toMatchObject({ code: "unauthorized" });
    }
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe("a caller who has proven itself", () => {
  test("is known for a moment without asking the store again, and asked for anew after it", async () => {
    const store = new RecordingStore(trial.store);
    const ctx = { ...trial.ctx, store };
    for (let count = 0; count < 10; count++) await authenticate(ctx, `Bearer ${token}`);
    expect(store.steps.length).toBe(1);
    await trial.clock.advance(60_000);
    await authenticate(ctx, `Bearer ${token}`);
    expect(store.steps.length).toBe(2);
  });

  test("is not known for longer than its token lives", async () => {
    await trial.clock.advance(590_000);
    await ask(`Bearer ${token}`);
    await trial.clock.advance(10_000);
    expect(await problemOf(ask(`Bearer ${token}`))).toMatchObject({ code: "tokenExpired" });
  });

  test("is not known when its session ended while the store was being asked", async () => {
    const caller = await ask(`Bearer ${token}`);
    await trial.clock.advance(60_000);
    const { read } = trial.store;
    const store = {
      write: trial.store.write.bind(trial.store),
      read: {
        dialect: read.dialect,
        all: read.all.bind(read),
        async get(query: Parameters<typeof read.get>[0]) {
          const row = await read.get(query);
          await logout(trial.ctx, caller);
          return row;
        },
      },
    };
    // The answer was read before the end, so this one request is let in; the next is not.
    expect((await authenticate({ ...trial.ctx, store }, `Bearer ${token}`)).name).toBe("alice");
    expect(await problemOf(ask(`Bearer ${token}`))).toMatchObject({ code: "unauthorized" });
  });

  test("of a session that is gone, or is another account's, is refused", async () => {
    await trial.store.write((tx) => tx.run(sql`UPDATE session SET account_id = account_id + 1`));
    expect(await problemOf(ask(`Bearer ${token}`))).toMatchObject({ code: "unauthorized" });
    await trial.store.write((tx) => tx.run(sql`DELETE FROM session`));
    expect(await problemOf(ask(`Bearer ${token}`))).toMatchObject({ code: "unauthorized" });
  });

  test("of a suspended account is told so; a forged token of it is told nothing", async () => {
    await trial.suspend("alice", trial.clock.now());
    expect(await problemOf(ask(`Bearer ${token}`))).toMatchObject({ code: "forbidden" });
    expect(await problemOf(ask(`Bearer ${token.slice(0, -1)}`))).toMatchObject({ code: "unauthorized" });
  });
});

describe("the operator's token", () => {
  test("opens what is the operator's and no account", async () => {
    expect(await ask(`Bearer ${trial.operatorToken}`)).toEqual({
      accountId: 0,
      name: "operator",
      scopes: new Set(["admin"]),
    });
  });

  test.each([
    (good: string) => good.slice(0, -1),
    (good: string) => `${good}A`,
    (good: string) => good.replace(/A$/, "B"),
    (good: string) => good.toLowerCase(),
    () => "ph_operator_",
  ])("in any other form opens nothing (%#)", async (change) => {
    expect(await problemOf(ask(`Bearer ${change(trial.operatorToken)}`))).toMatchObject({
      code: "unauthorized",
    });
  });

  test("of no use where the process has none", async () => {
    const { operatorToken: _, ...ctx } = trial.ctx;
    const refused = authenticate(ctx, `Bearer ${trial.operatorToken}`);
    expect(await problemOf(refused)).toMatchObject({ code: "unauthorized" });
  });
});

describe("a program that knows nothing but passwords (RFC 7617)", () => {
  const askAs = (user: string, password: string) =>
    authenticateProgram(trial.ctx, `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`);

  async function tokenOf(accessToken: string): Promise<string> {
    const caller = await trial.callerOf(accessToken);
    return (await makeApiToken(trial.ctx, caller, { name: "mail program", scopes: ["read"] })).token;
  }

  test("is let in by the account's address or name and one of its tokens", async () => {
    const apiToken = await tokenOf(token);
    for (const user of ["alice", "alice@alpha.example", "Alice@Alpha.Example"]) {
      expect(await askAs(user, apiToken)).toMatchObject({ name: "alice", scopes: new Set(["read"]) });
      expect(await askAs(user, token)).toMatchObject({ name: "alice", sessionId: expect.any(String) });
    }
    const field = Buffer.from(`alice:${apiToken}`).toString("base64");
    expect((await authenticateProgram(trial.ctx, `basic   ${field} `)).name).toBe("alice");
    expect((await authenticateProgram(trial.ctx, `Bearer ${apiToken}`)).name).toBe("alice");
  });

  test("is not let in by another account's name, also not when the token was seen a moment ago", async () => {
    await trial.register("bob", "correct horse battery staple");
    const apiToken = await tokenOf(token);
    await askAs("alice", apiToken);
    for (const user of [
      "bob",
      "",
      "alice@beta.example",
      "bob@alpha.example",
      "alice@alpha.example@x",
      "alic",
    ]) {
      expect(await problemOf(askAs(user, apiToken))).toMatchObject({ code: "unauthorized" });
    }
  });

  test("is not let in by the account's own password, or by a token that has been changed", async () => {
    const apiToken = await tokenOf(token);
    const last = apiToken.endsWith("A") ? "B" : "A";
    for (const password of [
      "correct horse battery staple",
      "",
      ":",
      `${apiToken.slice(0, -1)}${last}`,
      `${apiToken} `,
    ]) {
      expect(await problemOf(askAs("alice", password))).toMatchObject({ code: "unauthorized" });
    }
  });

  test.each([
    "Basic",
    "Basic ",
    "Basic :",
    "Basic =",
    "Basic YWxpY2U=",
    "Basic YWxpY2U6\u00e4",
    "Basic YWxpY2U6cA== YWxpY2U6cA==",
    `Basic ${"A".repeat(2 * limits.token)}`,
    "Digest username=alice",
  ])("is not let in by “%s”", async (field) => {
    expect(await problemOf(authenticateProgram(trial.ctx, field))).toMatchObject({ code: "unauthorized" });
  });

  test("is not let in where a bearer token is asked for: a browser would send a password that it keeps", async () => {
    const field = `Basic ${Buffer.from(`alice:${token}`).toString("base64")}`;
    expect(await problemOf(ask(field))).toMatchObject({ code: "unauthorized" });
  });
});

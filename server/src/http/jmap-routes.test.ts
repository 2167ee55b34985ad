import { capabilities } from "@posthorn/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { makeApiToken } from "../auth/api-token.ts";
import { authenticateProgram } from "../auth/authenticate.ts";
import type { Scope } from "../auth/caller.ts";
import { openTrialAuth, remoteAddress, type TrialAuth } from "../auth/trial-auth.ts";
import { onSqlite } from "../store/each-store.ts";
import { coreMethods } from "../sync/jmap/core-methods.ts";
import { coreLimits } from "../sync/jmap/limits.ts";
import type { MethodCall } from "../sync/jmap/method.ts";
import { capabilitiesOfServer, type SessionContext, sessionStates } from "../sync/jmap/session-resource.ts";
import { edge } from "./edge.ts";
import type { HttpHandler } from "./http.ts";
import { jmapRoutes } from "./jmap-routes.ts";
import { router } from "./router.ts";

const open = onSqlite();
const session: SessionContext = {
  host: "alpha.example",
  endpoint: "https://mail.alpha.example",
  applicationServerKey: "BKEY",
  emailQuerySortOptions: ["receivedAt"],
};

let trial: TrialAuth;
let accountId: number;
let token: string;
let handler: HttpHandler;
/** Calls of the method Wait/here, which do not end until they are let go. */
let waiting: { call: MethodCall; letGo(): void }[];

beforeEach(async () => {
  trial = await openTrialAuth(await open());
  token = (await trial.register("alice", "correct horse battery staple")).accessToken;
  accountId = (await trial.callerOf(token)).accountId;
  waiting = [];
  const wait = (call: MethodCall) =>
    new Promise<{ arguments: object }>((resolve) => {
      waiting.push({ call, letGo: () => resolve({ arguments: {} }) });
    });
  const methods = {
    ...coreMethods,
    "Wait/here": { capability: capabilities.core, scope: undefined, run: wait },
    "Large/here": {
      capability: capabilities.core,
      scope: undefined,
      run: async () => ({ arguments: { text: "x".repeat(1_000_000) } }),
    },
    "Wait/send": { capability: capabilities.core, scope: "send" as const, run: wait },
  };
  const routes = jmapRoutes({
    authenticate: (authorization) => authenticateProgram(trial.ctx, authorization),
    session,
    request: {
      methods,
      capabilities: new Set(Object.keys(capabilitiesOfServer(session))),
      sessionState: sessionStates(session),
      log: () => undefined,
      random: trial.ctx.random,
    },
  });
  handler = edge(router(routes), { log: () => undefined, random: trial.ctx.random, hsts: false });
});

interface Asked {
  authorization?: string | undefined;
  contentType?: string | undefined;
  body?: string | Uint8Array;
  headers?: Readonly<Record<string, string>>;
}

async function ask(line: string, asked: Asked = {}) {
  const answer = await send(line, asked);
  if (!(answer.body instanceof Uint8Array)) throw new Error("the answer is a stream");
  const text = new TextDecoder().decode(answer.body);
  return { ...answer, json: text === "" ? undefined : JSON.parse(text) };
}

async function send(line: string, asked: Asked = {}) {
  const { authorization = `Bearer ${token}`, contentType = "application/json", body = "" } = asked;
  const [method = "", path = ""] = line.split(" ");
  async function* pieces() {
    yield typeof body === "string" ? new TextEncoder().encode(body) : body;
  }
  const fields = { authorization, "content-type": contentType, ...asked.headers };
  const headers = new Map(
    Object.entries(fields).flatMap(([name, value]) => (value === "" ? [] : [[name, [value]]])),
  );
  return handler({ method, path, query: "", headers, body: pieces(), remoteAddress });
}

const request = (...methodCalls: unknown[]) => JSON.stringify({ using: [capabilities.core], methodCalls });
const echo = request(["Core/echo", { hello: true }, "0"]);

async function tokenWith(...scopes: Scope[]): Promise<string> {
  const caller = await trial.callerOf(token);
  return (await makeApiToken(trial.ctx, caller, { name: "mail program", scopes })).token;
}

describe("the session (RFC 8620 §2)", () => {
  test("says where everything is, what there is, and for whom", async () => {
    const { status, headers, json } = await ask("GET /.well-known/jmap");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-cache, no-store, must-revalidate",
    });
    const id = `a${accountId}`;
    expect(json).toMatchObject({
      username: "alice@alpha.example",
      apiUrl: "https://mail.alpha.example/jmap/api",
      downloadUrl: "https://mail.alpha.example/jmap/download/{accountId}/{blobId}/{name}?accept={type}",
      uploadUrl: "https://mail.alpha.example/jmap/upload/{accountId}",
      eventSourceUrl:
        "https://mail.alpha.example/jmap/events?types={types}&closeafter={closeafter}&ping={ping}",
      state: expect.stringMatching(/^.{1,30}$/),
    });
    expect(Object.keys(json.accounts)).toEqual([id]);
    expect(json.accounts[id]).toMatchObject({
      name: "alice@alpha.example",
      isPersonal: true,
      isReadOnly: false,
    });
    expect(json.primaryAccounts).toMatchObject({ [capabilities.mail]: id, [capabilities.submission]: id });
    expect(json.primaryAccounts).not.toHaveProperty([capabilities.core]);
  });

  test("has each number that RFC 8620 §2 and RFC 8621 §1.3 ask for, none below what they suggest", async () => {
    const { json } = await ask("GET /.well-known/jmap");
    const core = json.capabilities[capabilities.core];
    const suggested = {
      maxSizeUpload: 50_000_000,
      maxConcurrentUpload: 4,
      maxSizeRequest: 10_000_000,
      maxConcurrentRequests: 4,
      maxCallsInRequest: 16,
      maxObjectsInGet: 500,
      maxObjectsInSet: 500,
    };
    for (const [name, least] of Object.entries(suggested))
      expect(core[name], name).toBeGreaterThanOrEqual(least);
    expect(core.collationAlgorithms).toContain("i;unicode-casemap");
    const { accountCapabilities } = json.accounts[`a${accountId}`];
    expect(accountCapabilities[capabilities.mail]).toEqual({
      maxMailboxesPerEmail: 100,
      maxMailboxDepth: 10,
      maxSizeMailboxName: 255,
      maxSizeAttachmentsPerEmail: 50_000_000,
      emailQuerySortOptions: ["receivedAt"],
      mayCreateTopLevelMailbox: true,
    });
    expect(accountCapabilities[capabilities.submission]).toEqual({
      maxDelayedSend: 31_536_000,
      submissionExtensions: { FUTURERELEASE: [] },
    });
    expect(json.capabilities[capabilities.vapid]).toEqual({ applicationServerKey: "BKEY" });
    for (const name of Object.keys(accountCapabilities)) expect(json.capabilities).toHaveProperty([name]);
  });

  test("has a state of its own for each credential that may do something else, told with every answer", async () => {
    const reading = await tokenWith("read");
    const states = await Promise.all(
      [token, reading].map(async (each) => {
        const { json } = await ask("GET /.well-known/jmap", { authorization: `Bearer ${each}` });
        const answer = await ask("POST /jmap/api", { authorization: `Bearer ${each}`, body: echo });
        expect(answer.json.sessionState).toBe(json.state);
        return json.state;
      }),
    );
    expect(new Set(states).size).toBe(2);
    const { json } = await ask("GET /.well-known/jmap", { authorization: `Bearer ${reading}` });
    expect(json.accounts[`a${accountId}`]).toMatchObject({ isReadOnly: true });
  });
});

describe("a caller", () => {
  const basic = (user: string, password: string) =>
    `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

  test("comes with a token, or with its address and a token as password (RFC 7617)", async () => {
    const program = await tokenWith("read");
    for (const authorization of [
      `Bearer ${program}`,
      basic("alice@alpha.example", program),
      basic("alice", token),
    ]) {
      const answer = await ask("POST /jmap/api", { authorization, body: echo });
      expect(answer.json).toMatchObject({ methodResponses: [["Core/echo", { hello: true }, "0"]] });
      expect(await ask("GET /.well-known/jmap", { authorization })).toMatchObject({ status: 200 });
    }
  });

  test("who shows nothing is asked for a password; a page whose token has run out is not", async () => {
    const fields = async (authorization: string) =>
      (await ask("GET /.well-known/jmap", { authorization })).headers["www-authenticate"];
    const asked = 'Basic realm="alpha.example", charset="UTF-8"';
    expect(await fields("")).toBe(`Bearer realm="alpha.example", ${asked}`);
    expect(await fields(basic("alice", "correct horse battery staple"))).toBe(asked);
    expect(await fields("Bearer nonsense")).toBe('Bearer realm="alpha.example", error="invalid_token"');
    await trial.clock.advance(3_600_000);
    const { status, json, headers } = await ask("POST /jmap/api", { body: echo });
    expect({ status, code: json.code }).toEqual({ status: 401, code: "tokenExpired" });
    expect(headers["www-authenticate"]).not.toContain("Basic");
  });

  test("whose credential may not read is refused, and so is the operator", async () => {
    const sending = `Bearer ${await tokenWith("send")}`;
    const operator = `Bearer ${trial.operatorToken}`;
    for (const authorization of [sending, operator, basic("operator", trial.operatorToken)]) {
      const { status, json, headers } = await ask("GET /.well-known/jmap", { authorization });
      expect({ status, code: json.code }).toEqual({ status: 403, code: "forbidden" });
      expect(headers).not.toHaveProperty("www-authenticate");
    }
  });

  test("is known to methods by account, name, scopes, and sign-in or token", async () => {
    const program = await tokenWith("read");
    const body = request(["Wait/here", {}, "0"], ["Wait/send", {}, "1"]);
    const answers = [`Bearer ${token}`, basic("alice", program)].map((authorization) =>
      ask("POST /jmap/api", { authorization, body }),
    );
    await untilWaiting(2);
    const callers = waiting.map(({ call }) => call.caller);
    expect(callers).toMatchObject([
      { accountId, accountName: "alice", isSignIn: true, scopes: new Set(["read", "draft", "send"]) },
      { accountId, accountName: "alice", isSignIn: false, scopes: new Set(["read"]) },
    ]);
    expect(new Set(callers.map(({ credentialId }) => credentialId)).size).toBe(2);
    for (const { letGo } of [...waiting]) letGo();
    const [, second] = answers;
    expect((await second)?.json.methodResponses[1]).toMatchObject(["error", { type: "forbidden" }, "1"]);
    await untilWaiting(3);
    waiting[2]?.letGo();
    expect((await answers[0])?.json.methodResponses[1]).toMatchObject(["Wait/send", {}, "1"]);
  });
});

async function untilWaiting(count: number): Promise<void> {
  while (waiting.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe("a request to the API is refused", () => {
  const urn = (name: string) => `urn:ietf:params:jmap:error:${name}`;

  test.each(["text/html", "", "application/json; charset=latin1"])("as “%s”", async (contentType) => {
    const { status, headers, json } = await ask("POST /jmap/api", {
      body: echo,
      headers: { "content-type": contentType },
    });
    expect(status).toBe(415);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(json).toMatchObject({ type: urn("notJSON"), code: "unsupportedType", status: 415 });
  });

  test("with a byte more than the session allows, announced or not", async () => {
    const body = new Uint8Array(coreLimits.maxSizeRequest + 1).fill(0x20);
    for (const headers of [{}, { "content-length": String(body.length) }]) {
      const { status, json } = await ask("POST /jmap/api", { body, headers });
      expect(status).toBe(413);
      expect(json).toMatchObject({ type: urn("limit"), limit: "maxSizeRequest", code: "tooLarge" });
    }
  });

  test("while as many of the account as the session allows are being answered, and no longer", async () => {
    const body = request(["Wait/here", {}, "0"]);
    const most = coreLimits.maxConcurrentRequests;
    const answers = Array.from({ length: most }, () => ask("POST /jmap/api", { body }));
    await untilWaiting(most);
    const { status, headers, json } = await ask("POST /jmap/api", { body: echo });
    expect({ status, retryAfter: headers["retry-after"] }).toEqual({ status: 429, retryAfter: "1" });
    expect(json).toMatchObject({
      type: urn("limit"),
      limit: "maxConcurrentRequests",
      code: "rateLimited",
      retry: "later",
    });
    const bob = (await trial.register("bob", "correct horse battery staple")).accessToken;
    expect(await ask("POST /jmap/api", { body: echo, authorization: `Bearer ${bob}` })).toMatchObject({
      status: 200,
    });
    waiting[0]?.letGo();
    await answers[0];
    expect(await ask("POST /jmap/api", { body: echo })).toMatchObject({ status: 200 });
    for (const { letGo } of waiting) letGo();
    expect((await Promise.all(answers)).map((answer) => answer.status)).toEqual(answers.map(() => 200));
  });

  test("while as many large answers of the account have not been taken, until one is or its reader has gone", async () => {
    const body = request(["Large/here", {}, "0"]);
    const most = coreLimits.maxConcurrentRequests;
    const readers = await Promise.all(
      Array.from({ length: most }, async () => {
        const answer = await send("POST /jmap/api", { body });
        if (answer.body instanceof Uint8Array) throw new Error("nobody knows when it has been taken");
        return { ...answer, source: answer.body[Symbol.asyncIterator]() };
      }),
    );
    const status = async () => (await ask("POST /jmap/api", { body: echo })).status;
    const take = () => send("POST /jmap/api", { body });
    expect(await status()).toBe(429);
    const [reading, leaving] = readers;
    let length = 0;
    for (
      let piece = await reading?.source.next();
      piece?.done === false;
      piece = await reading?.source.next()
    ) {
      length += piece.value.length;
      if (length < 1_000_000) expect(await status()).toBe(429);
    }
    expect(reading?.headers).toMatchObject({ "content-length": String(length) });
    expect(length).toBeGreaterThan(1_000_000);
    expect([await status(), (await take()).status, await status()]).toEqual([200, 200, 429]);
    await leaving?.source.return?.();
    await leaving?.source.return?.();
    expect([await status(), (await take()).status, await status()]).toEqual([200, 200, 429]);
  });

  test("and those that were refused take nobody's place", async () => {
    for (let count = 0; count <= coreLimits.maxConcurrentRequests; count++) {
      expect(await ask("POST /jmap/api", { body: "{" })).toMatchObject({ status: 400 });
    }
    expect(await ask("POST /jmap/api", { body: echo })).toMatchObject({ status: 200 });
  });
});

describe("a page of another origin", () => {
  test.each([
    ["/.well-known/jmap", "GET"],
    ["/jmap/api", "POST"],
  ])("is told that it may call %s, without a token yet", async (path, method) => {
    const { status, headers, json } = await ask(`OPTIONS ${path}`, {
      authorization: "",
      headers: { origin: "https://webmail.example", "access-control-request-method": method },
    });
    expect({ status, json }).toEqual({ status: 204, json: undefined });
    expect(headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": method,
      "access-control-allow-headers": expect.stringMatching(/Authorization.*Content-Type/),
    });
    // With it, a browser would send along what it keeps for us.
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  test("cannot use a password that the browser keeps: it calls with a token of its own", async () => {
    const basic = `Basic ${Buffer.from(`alice:${token}`).toString("base64")}`;
    const asPage = (authorization: string, site: string, contentType: string) =>
      ask("POST /jmap/api", {
        body: echo,
        authorization,
        headers: { "sec-fetch-site": site, "content-type": contentType },
      });
    for (const site of ["cross-site", "same-site"]) {
      expect((await asPage(basic, site, "application/json")).json).toMatchObject({ code: "forbidden" });
      expect(await asPage(`Bearer ${token}`, site, "text/plain;charset=UTF-8")).toMatchObject({
        status: 200,
      });
    }
    expect(await asPage(basic, "none", "text/plain")).toMatchObject({ status: 415 });
    expect(await asPage(basic, "none", "application/json")).toMatchObject({ status: 200 });
  });

  test("may read each answer, refusals too", async () => {
    const answers = [
      await ask("GET /.well-known/jmap"),
      await ask("GET /.well-known/jmap", { authorization: "" }),
      await ask("POST /jmap/api", { body: echo }),
      await ask("POST /jmap/api", { body: "{" }),
      await ask("POST /jmap/api", { body: echo, authorization: "Bearer nonsense" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 400, 401]);
    for (const { headers } of answers) {
      expect(headers["access-control-allow-origin"]).toBe("*");
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });
});

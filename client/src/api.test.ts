import { expect, expectTypeOf, test } from "vitest";
import { type CallOptions, type Credential, makeApi } from "./api.ts";
import { handPlatform } from "./hand-platform.ts";
import { type Answer, answerJson, bodyOf, serve } from "./node/test-server.ts";
import { nodeTransport } from "./node/transport.ts";

const consent = { hidden: false, allowed: ["bob@b.test"] };

function problemOf(status: number, code: string, detail: string, more: object = {}) {
  return { type: `urn:posthorn:problem:${code}`, code, status, title: "No", detail, retry: "never", ...more };
}

async function apiTo(answer: Answer, credential?: Credential) {
  const server = await serve(answer);
  const platform = handPlatform(nodeTransport({ ca: server.ca, localhost: true }));
  return { server, platform, api: makeApi(platform, server.origin, credential) };
}

function withToken(token: string): Credential {
  return { token: async () => token };
}

test("A call fills in path, query and body, brings its token and gives the answer", async () => {
  const seen: unknown[] = [];
  const { api } = await apiTo(async (request, response) => {
    seen.push([
      request.method,
      request.url,
      request.headers.authorization,
      (await bodyOf(request)).toString(),
    ]);
    answerJson(response, 200, request.url === "/auth/consent" ? consent : { accounts: [] });
  }, withToken("t1"));
  expect(await api.call("keyConsent", {})).toEqual(consent);
  await api.call("accounts", { query: { after: "bob" } });
  await api.call("accounts", { query: {} });
  await expect(
    api.call("patchAccount", { params: { name: "a/b c" }, input: { suspended: true } }),
  ).rejects.toThrow();
  expect(seen).toEqual([
    ["GET", "/auth/consent", "Bearer t1", ""],
    ["GET", "/admin/accounts?after=bob", "Bearer t1", ""],
    ["GET", "/admin/accounts", "Bearer t1", ""],
    ["PATCH", "/admin/accounts/a%2Fb%20c", "Bearer t1", '{"suspended":true}'],
  ]);
});

test("The compiler asks for exactly what a route needs", () => {
  expectTypeOf<{ params: { id: string } }>().toExtend<CallOptions<"getSend">>();
  expectTypeOf<object>().not.toExtend<CallOptions<"getSend">>();
  expectTypeOf<{ params: { hash: string } }>().not.toExtend<CallOptions<"getSend">>();
  expectTypeOf<{ input: object }>().not.toExtend<CallOptions<"keyConsent">>();
  expectTypeOf<{ query: { after: string } }>().toExtend<CallOptions<"accounts">>();
  expectTypeOf<{ query: { after: number } }>().not.toExtend<CallOptions<"accounts">>();
});

test("A token is never shown to a route that is open to anybody", async () => {
  const { api } = await apiTo((request, response) => {
    answerJson(response, 200, { status: request.headers.authorization === undefined ? "ok" : "failing" });
  }, withToken("secret"));
  expect(await api.call("health", {})).toEqual({ status: "ok" });
});

test("A refusal is thrown with the server's own sentence, code and pointer", async () => {
  const refusal = problemOf(422, "invalidMessage", "“to” is empty.", { pointer: "/to" });
  const { api } = await apiTo((_, response) => answerJson(response, 422, refusal), withToken("t"));
  await expect(api.call("keyConsent", {})).rejects.toMatchObject({
    name: "ProblemError",
    message: "“to” is empty.",
    problem: refusal,
  });
});

test.each([
  [
    "an HTML page with status 502",
    502,
    "text/html; charset=utf-8",
    "<h1>Bad Gateway</h1>",
    /text\/html.*starting or down/,
  ],
  [
    "an HTML page with status 404",
    404,
    "text/html",
    "<h1>Not Found</h1>",
    /text\/html.*Check that a Posthorn server/,
  ],
  [
    "an HTML page with status 200",
    200,
    "text/html",
    "<h1>Sign in to the hotel</h1>",
    /text\/html where JSON was due/,
  ],
  ["a redirect", 301, "text/html", "", /never redirected/],
  ["JSON that is none", 200, "application/json", "{", /is not JSON/],
  ["JSON with a name twice", 200, "application/json", '{"id":1,"id":2}', /same name twice/],
  [
    "JSON of another shape",
    200,
    "application/json",
    '{"hidden":7}',
    /something else than this route answers/,
  ],
  ["a problem that is none", 400, "application/problem+json", "[]", /reason that cannot be read/],
  ["nothing at all", 500, "", "", /with nothing instead of a reason/],
])("%s is told as what it is", async (_, status, type, body, sentence) => {
  const { api, server } = await apiTo((_request, response) => {
    response.writeHead(status, type === "" ? {} : { "content-type": type }).end(body);
  }, withToken("t"));
  const call = api.call("keyConsent", {});
  await expect(call).rejects.toMatchObject({ name: "UnexpectedAnswer", status, host: server.host });
  await expect(call).rejects.toThrow(sentence);
});

test("A call that may be repeated outlives a kept connection that died; one that may not is left to the caller", async () => {
  const seen: string[] = [];
  let cutNext = false;
  const { api } = await apiTo(async (request, response) => {
    seen.push(request.url ?? "");
    await bodyOf(request);
    if (cutNext) {
      cutNext = false;
      request.socket.destroy();
    } else if (request.url === "/auth/consent") answerJson(response, 200, consent);
    else answerJson(response, 200, { host: "b.test", retried: 1 });
  }, withToken("t"));
  await api.call("keyConsent", {});
  cutNext = true;
  expect(await api.call("keyConsent", {})).toEqual(consent);
  cutNext = true;
  await expect(api.call("retryQueue", { params: { host: "b.test" } })).rejects.toMatchObject({
    reason: "cut",
  });
  await api.call("keyConsent", {});
  cutNext = true;
  expect(await api.call("retryQueue", { params: { host: "b.test" }, idempotent: true })).toMatchObject({
    retried: 1,
  });
  expect(seen).toHaveLength(7);
});

test("A time to wait is kept to only when asked, and never beyond what was allowed", async () => {
  let refusals = 0;
  const busy = problemOf(429, "rateLimited", "Too many.", { retry: "later", retryAfterS: 7 });
  const { api, platform } = await apiTo((_, response) => {
    if (refusals-- > 0) answerJson(response, 429, busy);
    else answerJson(response, 200, consent);
  }, withToken("t"));
  refusals = 1;
  await expect(api.call("keyConsent", {})).rejects.toMatchObject({ problem: busy });
  expect(platform.slept).toEqual([]);
  refusals = 2;
  expect(await api.call("keyConsent", { waitAtMostMs: 14_000 })).toEqual(consent);
  expect(platform.slept).toEqual([7_000, 7_000]);
  refusals = 3;
  await expect(api.call("keyConsent", { waitAtMostMs: 14_000 })).rejects.toThrow("Too many.");
  expect(platform.slept).toHaveLength(4);
});

test("A refused token is renewed for what operators call too", async () => {
  let token = "old";
  const { api } = await apiTo(
    (request, response) => {
      if (request.headers.authorization === "Bearer new") answerJson(response, 200, { invites: [] });
      else answerJson(response, 401, problemOf(401, "tokenExpired", "The access token has expired."));
    },
    {
      token: async () => token,
      renew: async () => {
        token = "new";
      },
    },
  );
  expect(await api.call("invites", {})).toEqual({ invites: [] });
});

test("A refused token is renewed once, and a second refusal is thrown", async () => {
  const tokens: unknown[] = [];
  let good = "new";
  const { api } = await apiTo(
    (request, response) => {
      tokens.push(request.headers.authorization);
      if (request.headers.authorization === `Bearer ${good}`) answerJson(response, 200, consent);
      else answerJson(response, 401, problemOf(401, "tokenExpired", "The access token has expired."));
    },
    (() => {
      let token = "old";
      return {
        token: async () => token,
        renew: async () => {
          token = "new";
        },
      };
    })(),
  );
  expect(await api.call("keyConsent", {})).toEqual(consent);
  good = "none";
  await expect(api.call("keyConsent", {})).rejects.toThrow("The access token has expired.");
  expect(tokens).toEqual(["Bearer old", "Bearer new", "Bearer new", "Bearer new"]);
});

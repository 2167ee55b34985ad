/**
 * Everything besides messages that a client can get wrong: fields, content types, names in paths, queries, header
 * fields, tokens. On both stores each is refused with the status and code of the table, and changes nothing.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  compose,
  createInvite,
  listMessages,
  memoryKeeper,
  openOperator,
  register,
  send,
} from "@posthorn/client";
import { limits, type Route, routes } from "@posthorn/protocol";
import { type HttpResponse, sql } from "@posthorn/server";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type AccountCall, accountRequest } from "../src/account-request.ts";
import { type Told, toldOf } from "../src/doors.ts";
import { EvilPeer, readAnswer } from "../src/evil-peer.ts";
import { jsonCases } from "../src/json-cases.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";
import { wrongValues } from "../src/wrong-values.ts";

const routeList: readonly (readonly [string, Route])[] = Object.entries(routes);
const json = "application/json";

/** A good body of every route that takes one, messages aside, with every field it knows. */
const goodInputs: Readonly<Record<string, object>> = {
  patchMessage: { keywords: { $seen: true }, mailbox: "1" },
  registerStart: { invite: "a".repeat(32), name: "bob", registrationRequest: "AAAA" },
  registerFinish: { invite: "a".repeat(32), name: "bob", registrationRecord: "AAAA", device: "phone" },
  loginStart: { name: "bob", startLoginRequest: "AAAA" },
  loginFinish: { loginId: "a".repeat(32), finishLoginRequest: "AAAA", device: "phone" },
  refresh: { refreshToken: "a".repeat(32) },
  createToken: { name: "robot", scopes: ["read"], expiresInS: 3600 },
  createInvite: { name: "bob", expiresInS: 3600, quotaBytes: 1_000_000 },
  patchAccount: { suspended: true, quotaBytes: 1_000_000 },
  patchPeer: { policy: "block" },
};
const inputRoutes = routeList.filter(([, { input, auth, takes }]) => input && auth !== "peer" && !takes);

/** What stands in the place of a name or an id. */
const badNames = [
  ..."0 -1 1e9 NaN null undefined true 9007199254740993 99999999999999999999999999 0x10 1.5".split(" "),
  ..."__proto__ constructor toString hasOwnProperty .. . * ; ' %27%20OR%20%271%27=%271 a,b".split(" "),
  ..."%2e%2e %2e%2e%2f%2e%2e%2fkeys %2F %5C %00 %0d%0aX:y % %Z %ZZ %FF %ED%A0%BD %E2%80%AE %F0%9F%93%AF".split(
    " ",
  ),
  ..."ALICE alice@alpha.test alice%40alpha.test 127.0.0.1 %5B::1%5D xn--a localhost a.test:443".split(" "),
  "g".repeat(64),
  "a".repeat(5_000),
  "ab".repeat(32).toUpperCase(),
  `${"ab".repeat(32)}/`,
  "0192F0C1-7B5E-7C3A-9D42-3F1B8A6C2E10",
];

const namingRoutes = routeList.filter(([, { path }]) => path.includes(":"));
/** Whoever tries invitations is soon made to wait; a blob's name in a path is held against the signed digest. */
const alsoWell: Readonly<Record<string, number>> = { invite: 429, putPeerBlob: 422 };

type Query = [
  route: string,
  query: string,
  status: number,
  code: string | undefined,
  pointer: string | undefined,
];

const bad = (route: string, query: string, pointer?: string): Query => [
  route,
  query,
  400,
  "badRequest",
  pointer,
];
const fine = (route: string, query: string): Query => [route, query, 200, undefined, undefined];

const queries: readonly Query[] = [
  ...[
    "yesterday",
    "",
    "0",
    "2026-11-25",
    "2026-11-25T10:00:00",
    "2026-11-25T10:00:00+01:00",
    "2026-11-25T24:00:00Z",
  ]
    .concat(["2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2028-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    .concat(["99999-12-31T23:59:59Z", "2026-11-25T10:00:00.1234567890Z", "%00", "a".repeat(5_000)])
    .map((text) => bad("send", `sendAt=${text}`, "/sendAt")),
  ...[
    "-1",
    "601",
    "3601",
    "1.5",
    "1e1",
    "99999999999999999999",
    "010",
    "",
    "ten",
    "+1",
    "0x10",
    "%EF%BC%91",
  ].map((text) => bad("send", `undo=${text}`, "/undo")),
  bad("send", "undo=10&sendAt=2026-11-25T10:00:00Z", "/undo"),
  bad("send", "undo=10&undo=20"),
  bad("send", "undo=10&%75ndo=20"),
  bad("send", "__proto__=1"),
  ...["-1", "1.5", "many", "99999999999", "%FF", ""].map((text) =>
    bad("messages", `limit=${text}`, "/limit"),
  ),
  ...["%00", "a b", "../1", "", "a".repeat(65)].map((text) => bad("messages", `mailbox=${text}`, "/mailbox")),
  ...["%00", "'", "", "a".repeat(65)].map((text) => bad("messages", `after=${text}`, "/after")),
  ...["%00", "*", "", "a".repeat(65)].map((text) => bad("changes", `since=${text}`, "/since")),
  ...["ALICE", "a@b", "..", ""].map((text) => bad("accounts", `after=${text}`, "/after")),
  ...["A.test", "localhost", "1.2.3.4", "a.test:443", ""].map((text) =>
    bad("peers", `after=${text}`, "/after"),
  ),
  ...["A.test", "..", "a.test/b", ""].map((text) => bad("discovery", `host=${text}`, "/host")),
  bad("messages", "limit=1&limit=2"),
  fine("messages", "limit=0"),
  fine("messages", "limit=9999999999"),
  fine("messages", "mailbox=no-such-mailbox"),
  fine("messages", "after=no-such-message"),
  fine("messages", "after=999999999999999999999999"),
  fine("changes", "since=999999999999999"),
  fine("changes", "since=constructor"),
  fine("messages", "unknown=1&constructor=2"),
  ["discovery", "host=other.test", 404, "notFound", undefined],
];

const headerCases: readonly [string, Record<string, string | readonly string[]>, number, string][] = [
  ["no text is no Idempotency-Key", { "idempotency-key": "" }, 400, "badHeader"],
  ["256 characters are no Idempotency-Key", { "idempotency-key": "k".repeat(256) }, 400, "badHeader"],
  ["two words are no Idempotency-Key", { "idempotency-key": "two words" }, 400, "badHeader"],
  ["a text beyond ASCII is no Idempotency-Key", { "idempotency-key": "schlüssel" }, 400, "badHeader"],
  ["two fields are no Idempotency-Key", { "idempotency-key": ["a", "b"] }, 400, "badHeader"],
  ["no token is nobody's", { authorization: "" }, 401, "unauthorized"],
  ["two tokens are nobody's", { authorization: ["Bearer a", "Bearer b"] }, 401, "unauthorized"],
  ["a password is no token", { authorization: "Basic YWxpY2U6cGFzc3dvcmQ=" }, 401, "unauthorized"],
  ["a token of spaces is nobody's", { authorization: `Bearer ${" ".repeat(5_000)}` }, 401, "unauthorized"],
  [
    "a token of 5,000 characters is nobody's",
    { authorization: `Bearer ${"a".repeat(5_000)}` },
    401,
    "unauthorized",
  ],
  ["half an API token is nobody's", { authorization: "Bearer ph_0123456789abcdef" }, 401, "unauthorized"],
  [
    "a token without a signature is nobody's (CVE-2026-22817)",
    { authorization: "Bearer e30.e30." },
    401,
    "unauthorized",
  ],
  ["another content type is refused", { "content-type": "text/html" }, 415, "unsupportedType"],
  [
    "another charset is refused",
    { "content-type": "application/json; charset=utf-16" },
    415,
    "unsupportedType",
  ],
  [
    "two content types are refused",
    { "content-type": [json, "application/x-ndjson"] },
    415,
    "unsupportedType",
  ],
  [
    "a signature makes no peer of an account",
    { signature: "posthorn=:AAAA:", authorization: "" },
    401,
    "unauthorized",
  ],
];

describe.each(["sqlite", "postgres"] as const)("on %s", (store) => {
  let net: Testnet;
  let alice: TestAccount;
  let evil: EvilPeer;
  let objectId: string;
  const tokens: Record<string, string | undefined> = {};

  beforeAll(async () => {
    const newDatabase = async () => (await fetch(inject("postgresForTests"), { method: "POST" })).text();
    const database = store === "postgres" ? { database: newDatabase } : {};
    net = await startTestnet({ names: ["alpha"], wire: "memory", ...database });
    const node = net.node("alpha");
    alice = await node.addAccount("alice");
    const operator = JSON.parse(await readFile(join(node.folder, "operator.json"), "utf8"));
    const { url } = await createInvite(openOperator(net.platform, operator), { name: "carol" });
    const keeper = memoryKeeper();
    await register(net.platform, { invite: url, password: "correct horse battery" }, { keeper });
    tokens.token = alice.token;
    tokens.session = (await keeper.read())?.accessToken;
    tokens.operator = operator.token;
    evil = await EvilPeer.open("evil.test", net.clock);
    net.join(evil.host, evil.handler());
    const greeting = { path: "/email/hello", destination: node.host, authority: node.host };
    expect((await node.server.handler(await evil.request(greeting))).status).toBe(200);
    objectId = await sendToSelf();
  });

  afterAll(() => net.close());

  async function sendToSelf(): Promise<string> {
    const session = await net.session(alice);
    const letter = { from: alice.address, to: [alice.address], subject: "good" };
    await send(session, compose(net.platform, letter));
    await net.settle();
    const [newest] = (await listMessages(session)).messages;
    expect(newest?.subject).toBe("good");
    return newest?.id ?? "";
  }

  function ask(call: AccountCall): Promise<HttpResponse> {
    const { server, host } = net.node("alpha");
    return server.handler(accountRequest(host, { token: alice.token, ...call }));
  }

  /** A request that is right, but for what `call` says. */
  function askRoute(name: string, route: Route, call: Partial<AccountCall> = {}): Promise<HttpResponse> {
    const path = route.path
      .replace(":objectId", objectId)
      .replace(":name", "alice")
      .replace(":host", "b.test");
    const token = tokens[route.sessionOnly ? "session" : route.auth];
    const body = goodInputs[name];
    const content = body === undefined ? {} : { contentType: json, body: JSON.stringify(body) };
    return ask({ method: route.method, path, token, ...content, ...call });
  }

  /** Everything that these requests could have changed. */
  async function look(): Promise<unknown> {
    const { read } = net.node("alpha").server.store;
    return [
      await read.all(sql`SELECT id, keywords, changed_state FROM object ORDER BY account_id, id`),
      await read.all(sql`SELECT name, suspended_at, quota_bytes, state FROM account ORDER BY name`),
      await read.all(sql`SELECT id FROM invite ORDER BY id`),
      await read.all(sql`SELECT id FROM api_token ORDER BY id`),
      await read.all(sql`SELECT id, ended_because FROM session ORDER BY id`),
      await read.all(sql`SELECT host, policy FROM peer ORDER BY host`),
      await read.all(sql`SELECT id FROM delivery ORDER BY id`),
      await read.all(sql`SELECT hash FROM blob ORDER BY hash`),
    ];
  }

  test("every route that takes JSON is looked at here", () => {
    expect(Object.keys(goodInputs).sort()).toEqual(inputRoutes.map(([name]) => name).sort());
  });

  test.each(inputRoutes)(
    "%s takes each field in its type and size only, and only JSON",
    async (name, route) => {
      const good = goodInputs[name] ?? {};
      const before = await look();
      const faults: string[] = [];
      const expectTold = async (what: string, call: Partial<AccountCall>, wanted: Partial<Told>) => {
        const told = toldOf(await askRoute(name, route, call));
        const full = { status: 400, code: undefined, pointer: undefined, ...wanted };
        if (JSON.stringify(told) !== JSON.stringify(full)) faults.push(`${what}: ${JSON.stringify(told)}`);
      };
      for (const { what, pointer, value } of wrongValues(route.input ?? {}, good)) {
        const body = JSON.stringify(value);
        const isTooLarge = Buffer.byteLength(body) > limits.requestBytes;
        const wanted = isTooLarge ? { status: 413, code: "tooLarge" } : { code: "badRequest", pointer };
        await expectTold(`${pointer} ${what}`, { body }, wanted);
      }
      for (const { name: what, body, code } of jsonCases) {
        const bytes = body(JSON.stringify(good));
        if (bytes.length > limits.requestBytes)
          await expectTold(what, { body: bytes }, { status: 413, code: "tooLarge" });
        else if (code === "badJson") await expectTold(what, { body: bytes }, { code });
        else await expectTold(what, { body: bytes }, { code: "badRequest", pointer: code ? "" : "/x" });
      }
      for (const contentType of [
        "",
        "text/plain",
        "application/x-ndjson",
        "application/json; charset=latin1",
      ]) {
        await expectTold(contentType, { contentType }, { status: 415, code: "unsupportedType" });
      }
      const twice = { headers: { "content-type": [json, json] } };
      await expectTold("two content types", twice, { status: 415, code: "unsupportedType" });
      const huge = { body: Buffer.alloc(10_000_000, " ") };
      await expectTold("10 MB", huge, { status: 413, code: "tooLarge" });
      expect(faults).toEqual([]);
      expect(await look()).toEqual(before);
    },
  );

  test.each(namingRoutes)("no name in the path makes %s fail", async (name, route) => {
    const before = await look();
    const faults: string[] = [];
    for (const bad of badNames) {
      const path = route.path.replace(/:[A-Za-z]+/, bad);
      const octets = { contentType: "application/octet-stream", body: "x" };
      const { host, server } = net.node("alpha");
      const signed = { path, method: route.method, destination: host, authority: host, ...octets };
      const answer =
        route.auth === "peer"
          ? await server.handler(await evil.request(signed))
          : await askRoute(name, route, { path, ...(name === "putBlob" && octets) });
      const { status, code } = toldOf(answer);
      const isWell = [400, 404, 405, alsoWell[name]].includes(status);
      if (!isWell) faults.push(`${bad.slice(0, 40)}: ${status} ${code}`);
    }
    expect(faults).toEqual([]);
    expect(await look()).toEqual(before);
  });

  test.each(queries)("%s?%s is answered %s %s", async (name, query, status, code, pointer) => {
    const before = await look();
    const route = new Map(routeList).get(name);
    if (route === undefined) throw new Error(`there is no route ${name}`);
    const body = JSON.stringify({ to: [{ id: "alice", host: "alpha.test" }], subject: "held?" });
    const content = name === "send" ? { contentType: json, body } : {};
    const answer = await askRoute(name, route, { query: `?${query}`, ...content });
    expect(toldOf(answer)).toEqual({ status, code, pointer });
    expect(await look()).toEqual(before);
  });

  test.each(headerCases)("%s", async (_, headers, status, code) => {
    const before = await look();
    const body = JSON.stringify({ to: [{ id: "alice", host: "alpha.test" }], subject: "odd" });
    const call = { method: "POST", path: "/email/send", contentType: json, body, headers };
    expect(toldOf(await ask(call))).toEqual({ status, code, pointer: undefined });
    expect(await look()).toEqual(before);
  });

  test("an Idempotency-Key is for one message, and a batch has none", async () => {
    const to = [{ id: "alice", host: "alpha.test" }];
    const submit = (subject: string, contentType = json) =>
      ask({
        method: "POST",
        path: "/email/send",
        contentType,
        body: JSON.stringify({ to, subject }),
        headers: { "idempotency-key": "k".repeat(255) },
      });
    const first = readAnswer(await submit("one"));
    expect(readAnswer(await submit("one")).id).toBe(first.id);
    await net.settle();
    const before = await look();
    expect(toldOf(await submit("two"))).toMatchObject({ status: 409, code: "idConflict" });
    const batch = await submit("one", "application/x-ndjson");
    expect(toldOf(batch)).toMatchObject({ status: 400, code: "badHeader" });
    expect(await look()).toEqual(before);
  });

  test("after all that a letter is delivered", async () => {
    expect(await sendToSelf()).not.toBe("");
  });
});

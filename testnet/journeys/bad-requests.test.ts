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
import { capabilities, limits, type Route, routes } from "@posthorn/protocol";
import { type HttpResponse, sql } from "@posthorn/server";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type AccountCall, accountRequest } from "../src/account-request.ts";
import {
  badHeaders,
  badNames,
  goodInputs,
  largerBodies,
  namingCalls,
  oddQueries,
  openInputs,
  takenForJson,
} from "../src/bad-requests.ts";
import { type Told, toldOf } from "../src/doors.ts";
import { EvilPeer, readAnswer } from "../src/evil-peer.ts";
import { jsonCases } from "../src/json-cases.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";
import { wrongValues } from "../src/wrong-values.ts";

const routeList: readonly (readonly [string, Route])[] = Object.entries(routes);
const json = "application/json";

const inputRoutes = routeList.filter(([, { input, auth, takes }]) => input && auth !== "peer" && !takes);

const namingRoutes = routeList.filter(([, { path }]) => path.includes(":"));
/**
 * Whoever tries invitations is soon made to wait; a blob's name in a path is held against the signed digest; some are
 * addresses that there are.
 */
const alsoWell: Readonly<Record<string, number>> = {
  invite: 429,
  setupReach: 429,
  putPeerBlob: 422,
  lookUpKeys: 200,
};

describe.each(["sqlite", "postgres"] as const)("on %s", (store) => {
  let net: Testnet;
  let alice: TestAccount;
  let evil: EvilPeer;
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
    const body = JSON.stringify({ host: evil.host });
    const greeting = { path: "/email/hello", destination: node.host, authority: node.host, body };
    expect((await node.server.handler(await evil.request(greeting))).status).toBe(200);
    await sendToSelf();
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
    const path = route.path.replace(":name", "alice").replace(":host", "b.test");
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
      const mostBytes = largerBodies[name] ?? limits.requestBytes;
      const before = await look();
      const faults: string[] = [];
      const expectTold = async (what: string, call: Partial<AccountCall>, wanted: Partial<Told>) => {
        const told = toldOf(await askRoute(name, route, call));
        const full = { status: 400, code: undefined, pointer: undefined, ...wanted };
        if (JSON.stringify(told) !== JSON.stringify(full)) faults.push(`${what}: ${JSON.stringify(told)}`);
      };
      for (const { what, pointer, value } of wrongValues(route.input ?? {}, good)) {
        const body = JSON.stringify(value);
        const isTooLarge = Buffer.byteLength(body) > mostBytes;
        const wanted = isTooLarge ? { status: 413, code: "tooLarge" } : { code: "badRequest", pointer };
        await expectTold(`${pointer} ${what}`, { body }, wanted);
      }
      for (const { name: what, body, code } of jsonCases) {
        const bytes = body(JSON.stringify(good));
        if (bytes.length > mostBytes)
          await expectTold(what, { body: bytes }, { status: 413, code: "tooLarge" });
        else if (code === "badJson") await expectTold(what, { body: bytes }, { code });
        else if (code === undefined && openInputs.has(name))
          await expectTold(what, { body: bytes }, { status: 200 });
        else await expectTold(what, { body: bytes }, { code: "badRequest", pointer: code ? "" : "/x" });
      }
      for (const contentType of [
        "",
        "text/plain",
        "application/x-ndjson",
        "application/json; charset=latin1",
      ]) {
        const isTaken = takenForJson[name] === contentType;
        const wanted = isTaken ? { status: 200 } : { status: 415, code: "unsupportedType" };
        await expectTold(contentType, { contentType }, wanted);
      }
      const twice = { headers: { "content-type": [json, json] } };
      await expectTold("two content types", twice, { status: 415, code: "unsupportedType" });
      const huge = { body: Buffer.alloc(Math.max(mostBytes + 1, 10_000_000), " ") };
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
      const content = route.method === "GET" ? {} : octets;
      const signed = { path, method: route.method, destination: host, authority: host, ...content };
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

  test.each(oddQueries)("%s?%s is answered %s %s", async (name, query, status, code, pointer) => {
    const before = await look();
    const route = new Map(routeList).get(name);
    if (route === undefined) throw new Error(`there is no route ${name}`);
    const body = JSON.stringify({ to: [{ id: "alice", host: "alpha.test" }], subject: "held?" });
    const content = name === "send" ? { contentType: json, body } : {};
    const answer = await askRoute(name, route, { query: `?${query}`, ...content });
    expect(toldOf(answer)).toEqual({ status, code, pointer });
    expect(await look()).toEqual(before);
  });

  test.each(namingCalls)("no name in %s %o makes it fail, nor changes anything", async (method, asked) => {
    const before = await look();
    const accountId = `a${alice.accountId}`;
    const faults: string[] = [];
    for (const name of ["", "\0", ...badNames]) {
      const methodCalls = [[method, { accountId, ...asked(name) }, "0"]];
      const body = JSON.stringify({ using: Object.values(capabilities), methodCalls });
      const answer = await ask({ method: "POST", path: "/jmap/api", contentType: json, body });
      const said = JSON.stringify(readAnswer(answer));
      const isWell = answer.status === 200 && !/"(?:serverFail|serverPartialFail|unknownMethod)"/.test(said);
      // What is no JSON here is refused before it is looked at.
      if (!isWell && toldOf(answer).code !== "badJson") faults.push(`${name.slice(0, 40)}: ${said}`);
    }
    expect(faults).toEqual([]);
    expect(await look()).toEqual(before);
  });

  test.each(badHeaders)("%s", async (_, headers, status, code) => {
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

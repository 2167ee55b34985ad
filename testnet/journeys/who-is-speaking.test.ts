/**
 * Nobody speaks for another host: the sender in the message, the host that signed, the key, the host addressed, the
 * Host field and the TLS name must all agree (threats A1: CVE-2024-23832, Pleroma #1948; A2; A3; A12).
 */
import { formatTime, uuidV7 } from "@posthorn/protocol";
import { type HttpRequest, type HttpResponse, setPeerPolicy, sql } from "@posthorn/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EvilPeer, newKey, type PeerRequest, readAnswer, withBody, withHeader } from "../src/evil-peer.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let evil: EvilPeer;
let other: EvilPeer;
const addressed = { destination: "alpha.test", authority: "alpha.test" };

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  await net.node("alpha").addAccount("alice");
  evil = await EvilPeer.open("evil.test", net.clock);
  other = await EvilPeer.open("other.test", net.clock);
  net.join(evil.host, evil.handler());
  net.join(other.host, other.handler());
});

afterAll(() => net.close());

let seed = 0;

function messageFrom(fields: Record<string, unknown>): string {
  const id = uuidV7(net.clock.now(), Buffer.alloc(16, ++seed));
  return JSON.stringify({
    id,
    to: [{ id: "alice", host: "alpha.test" }],
    date: formatTime(net.clock.now()),
    subject: "hello",
    ...fields,
  });
}

const fromEvil = () => messageFrom({ from: { id: "mallory", host: "evil.test" } });

async function post(wanted: Partial<PeerRequest>, by: EvilPeer = evil): Promise<HttpResponse> {
  return net.node("alpha").server.handler(await by.request({ ...addressed, body: fromEvil(), ...wanted }));
}

/** How many messages lie on the server. */
async function objects(): Promise<number> {
  return (await net.node("alpha").server.store.read.all(sql`SELECT id FROM object`)).length;
}

test("an honest request of a host that was never met before is delivered", async () => {
  const answer = await post({});
  expect(readAnswer(answer)).toMatchObject({ status: 200, recipients: [{ status: "delivered" }] });
  expect(answer.headers).toMatchObject({ "signature-input": expect.stringContaining("alpha.test/") });
});

const keyOfOther = async () => ({ keyId: "other.test/evil-1" });
const mismatches: [string, number, string, () => Promise<Partial<PeerRequest>> | Partial<PeerRequest>][] = [
  [
    "from.host is another host",
    403,
    "senderMismatch",
    () => ({ body: messageFrom({ from: { id: "x", host: "other.test" } }) }),
  ],
  [
    "from.host is the receiving host",
    403,
    "senderMismatch",
    () => ({ body: messageFrom({ from: { id: "alice", host: "alpha.test" } }) }),
  ],
  [
    "from.host is a subdomain of the signing host",
    403,
    "senderMismatch",
    () => ({ body: messageFrom({ from: { id: "x", host: "sub.evil.test" } }) }),
  ],
  [
    "from.host is the signing host with a port",
    403,
    "senderMismatch",
    () => ({ body: messageFrom({ from: { id: "x", host: "evil.test:8443" } }) }),
  ],
  [
    "the organizer is at another host",
    403,
    "senderMismatch",
    () => ({
      body: messageFrom({
        type: "calendar_invite",
        organizer: { id: "x", host: "other.test" },
        title: "t",
        startTime: formatTime(net.clock.now()),
      }),
    }),
  ],
  [
    "from.host is the signing host in capitals",
    422,
    "invalidMessage",
    () => ({ body: messageFrom({ from: { id: "x", host: "Evil.test" } }) }),
  ],
  ["the keyid names another host than the key is of", 401, "badSignature", keyOfOther],
  ["the keyid names the receiving host", 401, "badSignature", () => ({ keyId: "alpha.test/2026-11" })],
  [
    "the keyid names a key that the host does not have",
    401,
    "badSignature",
    () => ({ keyId: "evil.test/evil-2" }),
  ],
  [
    "the keyid names a host that does not exist",
    401,
    "badSignature",
    () => ({ keyId: "nowhere.test/evil-1" }),
  ],
  ["the key is not the host's", 401, "badSignature", async () => ({ signingKey: await newKey() })],
  ["the destination is another host", 401, "badSignature", () => ({ destination: "other.test" })],
  [
    "the destination field was changed on the way",
    401,
    "badSignature",
    () => ({ tamper: (request) => withHeader(request, "posthorn-destination", "other.test") }),
  ],
  ["the Host field is another host's", 421, "misdirected", () => ({ authority: "other.test" })],
  [
    "the Host field was changed on the way",
    421,
    "misdirected",
    () => ({ tamper: (request) => withHeader(request, "host", "other.test") }),
  ],
  [
    "the Host field is given twice",
    421,
    "misdirected",
    () => ({ tamper: (request) => withHeader(request, "host", "alpha.test", "alpha.test") }),
  ],
  [
    "the authority that was signed is another host's",
    401,
    "badSignature",
    () => ({
      authority: "other.test",
      tamper: (request) => withHost({ ...request, serverName: "alpha.test" }),
    }),
  ],
  [
    "the TLS name is another host's",
    421,
    "misdirected",
    () => ({ tamper: (request) => ({ ...request, serverName: "other.test" }) }),
  ],
  [
    "the method was changed",
    405,
    "methodNotAllowed",
    () => ({ tamper: (request) => ({ ...request, method: "PUT" }) }),
  ],
  [
    "it was signed for another path",
    401,
    "badSignature",
    () => ({ path: "/email/hello", tamper: (request) => ({ ...request, path: "/email/receive" }) }),
  ],
  [
    "a query was added on the way",
    401,
    "badSignature",
    () => ({ tamper: (request) => ({ ...request, query: "?a=b" }) }),
  ],
  [
    "the body was changed on the way (CVE-2026-28432)",
    401,
    "badSignature",
    () => ({ tamper: (request) => withBody(request, fromEvil()) }),
  ],
  [
    "body and digest were changed on the way",
    401,
    "badSignature",
    () => ({
      tamper: (request) =>
        withHeader(
          withBody(request, "{}"),
          "content-digest",
          "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
        ),
    }),
  ],
  [
    "the digest is missing (CVE-2026-28432)",
    401,
    "badSignature",
    () => ({ tamper: (request) => withHeader(request, "content-digest") }),
  ],
  [
    "the content type was changed on the way",
    401,
    "badSignature",
    () => ({ tamper: (request) => withHeader(request, "content-type", "application/x-ndjson") }),
  ],
  [
    "the signature is missing (CVE-2025-54888)",
    401,
    "badSignature",
    () => ({ tamper: (request) => withHeader(request, "signature") }),
  ],
  [
    "the signature is another's",
    401,
    "badSignature",
    () => ({
      tamper: (request) =>
        withHeader(request, "signature", `posthorn=:${Buffer.alloc(64, 1).toString("base64")}:`),
    }),
  ],
  ["it was signed ten minutes ago", 401, "badSignature", () => ({ signedS: -600 })],
  ["it was signed ten minutes from now", 401, "badSignature", () => ({ signedS: 600 })],
];

function withHost(request: HttpRequest): HttpRequest {
  return withHeader(request, "host", "alpha.test");
}

describe("refused, and nothing is stored, when", () => {
  test.each(mismatches)("%s", async (_, status, code, wanted) => {
    const before = await objects();
    const answer = await post(await wanted());
    expect(answer.status).toBe(status);
    expect(readAnswer(answer)).toMatchObject({ code });
    expect(await objects()).toBe(before);
  });

  test("the host that signed is blocked here", async () => {
    const { store } = net.node("alpha").server;
    await store.write((tx) => setPeerPolicy(tx, other.host, "block", net.clock.now()));
    const body = messageFrom({ from: { id: "x", host: "other.test" } });
    expect(readAnswer(await post({ body }, other))).toMatchObject({ code: "peerBlocked" });
  });

  test("a captured request is sent again (threats A12)", async () => {
    const { handler } = net.node("alpha").server;
    const body = fromEvil();
    const request = await evil.request({ ...addressed, body });
    expect((await handler(request)).status).toBe(200);
    const again = await handler(withBody(request, body));
    expect(again.status).toBe(401);
    expect(readAnswer(again)).toMatchObject({ code: "replayed" });
  });
});

test("the same message signed anew is answered as before and shown once; another with its id is refused (I3, I4)", async () => {
  const body = fromEvil();
  const first = readAnswer(await post({ body }));
  const before = await objects();
  await net.advance(60_000);
  expect(readAnswer(await post({ body }))).toEqual(first);
  expect(await objects()).toBe(before);
  const changed = JSON.stringify({ ...JSON.parse(body), subject: "other words" });
  const refused = await post({ body: changed });
  expect(refused.status).toBe(409);
  expect(readAnswer(refused)).toMatchObject({ code: "idConflict", recipients: [{ status: "refused" }] });
  expect(refused.headers).toHaveProperty("signature");
  expect(await objects()).toBe(before);
});

test("an unknown recipient is refused at once by a signed 404; who asks for too many is made to wait (C4)", async () => {
  const nobody = () =>
    messageFrom({ from: { id: "x", host: "evil.test" }, to: [{ id: "nobody", host: "alpha.test" }] });
  const answer = await post({ body: nobody() });
  expect(answer.status).toBe(404);
  expect(answer.headers).toHaveProperty("signature");
  expect(readAnswer(answer)).toMatchObject({ code: "recipientUnknown", retry: "never" });
  let asked = 0;
  let last = answer;
  while (last.status === 404 && asked++ < 1000) last = await post({ body: nobody() });
  expect(last.status).toBe(429);
  expect(asked).toBeLessThan(200);
  // Whoever exists is then not told apart from whoever does not.
  expect((await post({})).status).toBe(429);
});

test("a stranger cannot make the server call one host after the other (CVE-2026-69132, threats B1)", async () => {
  const called = () => net.faults.log.filter(({ to }) => to.endsWith(".stranger.test")).length;
  for (let number = 0; number < 100; number++) await post({ keyId: `h${number}.stranger.test/k` });
  expect(called()).toBeGreaterThan(0);
  expect(called()).toBeLessThanOrEqual(30);
});

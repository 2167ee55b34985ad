/**
 * Attacks that were published against servers of this kind, each named by its id: one message with two meanings, sizes
 * that one server takes and the next does not, and files that a third server takes for a document of the protocol.
 */
import { createHash } from "node:crypto";
import { compose, listMessages, readMessage, type Session, send, sendStatus } from "@posthorn/client";
import { type Discovery, limits } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AccountCall, accountRequest } from "../src/account-request.ts";
import { countStored } from "../src/door-cases.ts";
import { accountDoor, type Door, peerDoor, toldOf } from "../src/doors.ts";
import { EvilPeer, readAnswer } from "../src/evil-peer.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let account: TestAccount;
let alice: Session;
let bob: Session;
let evil: EvilPeer;
let doors: Record<"account" | "peer", Door>;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  account = await net.node("alpha").addAccount("alice");
  alice = await net.session(account);
  bob = await net.session(await net.node("beta").addAccount("bob"));
  evil = await EvilPeer.open("evil.test", net.clock);
  net.join(evil.host, evil.handler());
  doors = { account: accountDoor(account), peer: peerDoor(account, evil) };
});

afterAll(() => net.close());

const victim = '{"id":"alice","host":"alpha.test"}';
const hash = "ab".repeat(32);

/** A good message as text, with this before its last brace. */
const andLast = (more: string) => (good: string) => `${good.slice(0, -1)},${more}}`;
/** With this behind its first brace. */
const andFirst = (more: string) => (good: string) => `{${more},${good.slice(1)}`;

const twoMeanings: readonly [string, (good: string) => string][] = [
  ["two senders, the second forged", andLast(`"from":${victim}`)],
  ["two senders, the first forged", andFirst(`"from":${victim}`)],
  ["two senders, one name escaped", andLast(`"fr\\u006fm":${victim}`)],
  ["two hosts of the sender", (good) => good.replace('"host":', '"host":"alpha.test","host":')],
  ["two lists of recipients", andLast('"to":[{"id":"bob","host":"beta.test"}]')],
  ["two ids", andLast('"id":"0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10"')],
  ["two dates", andFirst('"date":"2026-01-01T00:00:00Z"')],
  ["two types", andFirst('"type":"email","type":"recall"')],
  ["two subjects", andFirst('"subject":"a","subject":"b"')],
  [
    "two hashes of a file",
    andLast(`"attachments":[{"hash":"${hash}","size":1,"hash":"${"cd".repeat(32)}"}]`),
  ],
  ["two seals", andLast('"seal":{},"seal":null')],
  ["a sender by the prototype", andFirst(`"__proto__":{"from":${victim}}`)],
  [
    "a sender by the prototype of the address",
    (good) => good.replace('"from":{', `"from":{"__proto__":${victim},`),
  ],
];

describe.each(["account", "peer"] as const)("by the %s's door", (name) => {
  test.each(twoMeanings)(
    "no message has %s (CVE-2022-24307, CVE-2026-42462, CVE-2026-46349)",
    async (_, spoil) => {
      const door = doors[name];
      const { store } = net.node("alpha").server;
      const bytes = () => Buffer.from(spoil(JSON.stringify(door.good())));
      // What was sent before this may still be on its way.
      await net.settle();
      const before = await countStored(store);
      const refusal = { status: 400, code: "badJson", pointer: undefined };
      expect(await door.one(bytes())).toEqual(refusal);
      expect(await countStored(store)).toBe(before);
      expect(await door.batch([bytes(), Buffer.from(JSON.stringify(door.good()))])).toMatchObject([
        refusal,
        { status: door.takenStatus },
      ]);
    },
  );

  test("names that another reader would give a meaning have none (CVE-2022-24307)", async () => {
    const door = doors[name];
    const odd = {
      "@context": { from: "to", subject: "body" },
      "@id": "https://alpha.test/alice",
      "@type": "recall",
      FROM: { id: "alice", host: "alpha.test" },
      "from ": { id: "alice", host: "alpha.test" },
      constructor: { prototype: { from: { id: "alice", host: "alpha.test" } } },
      subject: "as it stands",
    };
    const message = door.good(odd);
    expect(await door.one(Buffer.from(JSON.stringify(message)))).toMatchObject({ status: door.takenStatus });
    const [newest] = (await listMessages(alice)).messages;
    expect(newest).toMatchObject({ subject: "as it stands", wire: { type: "email", from: message.from } });
    expect(await readMessage(alice, newest?.id ?? "")).toEqual(message);
  });
});

describe("what one server takes the next one takes too (CVE-2023-32323)", () => {
  const address = (index: number) => ({ id: `bob+${index}`, host: "beta.test" });
  const largest: readonly [string, () => Record<string, unknown>][] = [
    ["a subject of a thousand large characters", () => ({ subject: "\u{1f4ef}".repeat(limits.subject) })],
    ["a body of 200,000 characters", () => ({ body: "a".repeat(limits.body) })],
    [
      "500 recipients",
      () => ({ to: Array.from({ length: limits.recipients }, (_, index) => address(index)) }),
    ],
    ["a name of 129 characters", () => ({ to: [{ id: `bob+${"a".repeat(64)}`, host: "beta.test" }] })],
    ["32 levels", () => ({ deep: JSON.parse(`${"[".repeat(31)}${"]".repeat(31)}`) })],
    [
      "a thousand fields that nobody knows",
      () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, i])),
    ],
  ];

  test.each(largest)("%s", async (_, fields) => {
    const base = compose(net.platform, { from: alice.address, to: [bob.address], subject: "large" });
    const message = { ...base, ...fields() };
    await send(alice, message);
    await net.settle();
    const { recipients } = await sendStatus(alice, base.id);
    expect(new Set(recipients.map(({ status }) => status))).toEqual(new Set(["delivered"]));
    const [newest] = (await listMessages(bob)).messages;
    expect(newest?.wire?.id).toBe(base.id);
    expect(await readMessage(bob, newest?.id ?? "")).toEqual(message);
  });

  test("a message of 256 KiB crosses in a batch with others, to the byte", async () => {
    const mend = net.faults.add(() => ({ kind: "fail", failure: "connect" }));
    const texts = [1_000, limits.messageBytes, limits.messageBytes, 1_000].map((sizeBytes) => {
      const message = {
        ...doors.account.good({ subject: `of ${sizeBytes}` }),
        to: [{ id: "bob", host: "beta.test" }],
      };
      return JSON.stringify(message).padEnd(sizeBytes, " ");
    });
    for (const text of texts) expect((await doors.account.one(Buffer.from(text))).status).toBe(202);
    await net.settle();
    mend();
    await net.drain();
    const { messages } = await listMessages(bob, { limit: texts.length });
    expect(messages.map(({ size }) => size)).toEqual(texts.toReversed().map(({ length }) => length));
  });

  test("what would be too large once its id and date are filled in is refused at once", async () => {
    const { store } = net.node("alpha").server;
    await net.settle();
    const before = await countStored(store);
    const { to } = doors.account.good();
    const text = JSON.stringify({ to, body: "a".repeat(limits.body) });
    const filled = Buffer.from(
      `${text.slice(0, -1)},"x":"${"b".repeat(limits.messageBytes - text.length - 8)}"}`,
    );
    expect(filled.length).toBeLessThanOrEqual(limits.messageBytes);
    expect(await doors.account.one(filled)).toMatchObject({ status: 413, code: "tooLarge" });
    expect(await countStored(store)).toBe(before);
  });
});

describe("a file is never a document of the protocol (CVE-2024-25623, GHSA-qqrm-9grj-6v32, GHSA-xmw2-875x-rq88)", () => {
  const ask = (call: AccountCall) =>
    net.node("alpha").server.handler(accountRequest("alpha.test", { token: account.token, ...call }));
  const documents: readonly [string, () => Promise<unknown> | unknown][] = [
    ["a discovery document", () => evil.discovery()],
    [
      "our own discovery document",
      async () => readAnswer(await ask({ method: "GET", path: "/.well-known/posthorn" })),
    ],
    ["a message", () => doors.peer.good()],
    ["a verdict", () => ({ id: null, status: 200, recipients: [] })],
    ["a problem", () => ({ type: "urn:posthorn:problem:gone", code: "gone", status: 410 })],
    [
      "the description of the API",
      async () => readAnswer(await ask({ method: "GET", path: "/openapi.json" })),
    ],
    [
      "an actor of ActivityPub",
      () => ({ "@context": "https://www.w3.org/ns/activitystreams", type: "Person" }),
    ],
    ["a page", () => "<!doctype html><script>alert(1)</script>"],
    ["a picture with a script", () => '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ["a script", () => "self.onfetch = (event) => event.respondWith(new Response('mine'))"],
  ];
  const accepted = [
    "*/*",
    "application/json",
    "application/activity+json",
    "application/ld+json",
    "text/html",
  ];

  test.each(documents)("%s", async (_, make) => {
    const made = await make();
    const body = Buffer.from(typeof made === "string" ? made : JSON.stringify(made));
    const path = `/email/blob/${createHash("sha256").update(body).digest("hex")}`;
    const claimed = await ask({ method: "PUT", path, contentType: "application/json", body });
    expect(toldOf(claimed)).toMatchObject({ status: 415, code: "unsupportedType" });
    const put = await ask({ method: "PUT", path, contentType: "application/octet-stream", body });
    expect(put.status).toBe(200);
    for (const accept of accepted) {
      const { status, headers } = await ask({ method: "GET", path, headers: { accept } });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        "content-type": "application/octet-stream",
        "content-disposition": "attachment",
        "x-content-type-options": "nosniff",
        "content-security-policy": expect.stringMatching(/default-src 'none'.*sandbox/),
        "cross-origin-resource-policy": "same-origin",
      });
    }
    const stranger = await ask({ method: "GET", path, token: undefined });
    expect(toldOf(stranger)).toMatchObject({ status: 401, code: "unauthorized" });
  });

  test("nor is a message: its bytes come as a file too", async () => {
    await send(alice, compose(net.platform, { from: alice.address, to: [alice.address], subject: "bytes" }));
    const [newest] = (await listMessages(alice)).messages;
    const blobId = newest?.blobId ?? "";
    const path = `/jmap/download/a${account.accountId}/${blobId}/letter.html`;
    const { status, headers } = await ask({ method: "GET", path, query: "?accept=text/html" });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html",
      "content-disposition": expect.stringMatching(/^attachment/),
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringMatching(/default-src 'none'.*sandbox/),
    });
  });

  test("and what is served as a file speaks for no host, even from the right place", async () => {
    const mimic = await EvilPeer.open("mimic.test", net.clock);
    const document: Discovery = await mimic.discovery();
    net.join(mimic.host, async () => ({
      status: 200,
      headers: { "content-type": "application/octet-stream" },
      body: Buffer.from(JSON.stringify(document)),
    }));
    await net.settle();
    const before = await countStored(net.node("alpha").server.store);
    const request = { destination: "alpha.test", authority: "alpha.test" };
    const body = JSON.stringify({ ...doors.peer.good(), from: { id: "mallory", host: mimic.host } });
    const answer = await net.node("alpha").server.handler(await mimic.request({ ...request, body }));
    expect(toldOf(answer)).toMatchObject({ status: 401, code: "badSignature" });
    expect(await countStored(net.node("alpha").server.store)).toBe(before);
  });
});

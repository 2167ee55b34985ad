/** An account asks its own server for anybody's keys, and its server asks theirs (§90.9; threats C4). */
import { sql } from "@posthorn/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountRequest } from "../src/account-request.ts";
import { EvilPeer, readAnswer } from "../src/evil-peer.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestAccount;
let bob: TestAccount;
let evil: EvilPeer;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  alice = await net.node("alpha").addAccount("alice");
  bob = await net.node("beta").addAccount("bob");
  evil = await EvilPeer.open("evil.test", net.clock);
  net.join(evil.host, evil.handler());
});

afterAll(() => net.close());

async function ask(account: TestAccount, path: string, method = "GET", body?: object) {
  const { node, token } = account;
  const call = {
    method,
    path,
    token,
    ...(body && { contentType: "application/json", body: JSON.stringify(body) }),
  };
  const answer = await node.server.handler(accountRequest(node.host, call));
  return { status: answer.status, ...readAnswer(answer) };
}

/** What beta answers to a host that asks in these words, and whether that is signed. */
async function askAs(peer: EvilPeer, query: string) {
  const addressed = { destination: "beta.test", authority: "beta.test" };
  const contentType = "application/octet-stream";
  const asked = await peer.request({
    ...addressed,
    method: "GET",
    path: "/email/keys/bob",
    query,
    contentType,
  });
  const answer = await net.node("beta").server.handler(asked);
  return { ...readAnswer(answer), status: answer.status, isSigned: "signature" in answer.headers };
}

test("who has no keys is answered for by an empty list, near and far, and who is not there by name", async () => {
  for (const address of [alice.address, bob.address]) {
    expect(await ask(alice, `/keys/${encodeURIComponent(address)}`)).toEqual({ status: 200, statements: [] });
  }
  expect(await ask(alice, "/keys/nobody@beta.test")).toMatchObject({ status: 404, code: "recipientUnknown" });
  expect(await ask(alice, "/keys/nobody@alpha.test")).toMatchObject({
    status: 404,
    code: "recipientUnknown",
  });
});

test("a host asks for its own accounts only, and every answer to it is signed", async () => {
  expect(await askAs(evil, "?for=mallory%40evil.test")).toEqual({
    status: 200,
    statements: [],
    isSigned: true,
  });
  expect(await askAs(evil, "?for=alice%40alpha.test")).toMatchObject({
    status: 403,
    code: "senderMismatch",
    isSigned: true,
  });
  expect(await askAs(evil, "")).toMatchObject({ status: 400, code: "badRequest", isSigned: true });
});

test("a host that cannot be found, or has been blocked, is named", async () => {
  const gone = await ask(alice, "/keys/bob@gone.test");
  expect(gone).toMatchObject({
    status: 503,
    code: "unavailable",
    detail: expect.stringContaining("gone.test"),
  });
  const { server } = net.node("alpha");
  await server.store.write((tx) => tx.run(sql`UPDATE peer SET policy = 'block' WHERE host = 'beta.test'`));
  const blocked = await ask(alice, "/keys/bob@beta.test");
  expect(blocked).toMatchObject({
    status: 403,
    code: "peerBlocked",
    detail: expect.stringContaining("beta.test"),
  });
});

test("whom an account shows its keys is said by who has signed in, and by no program", async () => {
  expect(await ask(bob, "/auth/consent")).toMatchObject({ status: 403, code: "forbidden" });
  expect(await ask(bob, "/auth/consent", "PATCH", { hidden: true })).toMatchObject({
    status: 403,
    code: "forbidden",
  });
});

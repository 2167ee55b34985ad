/** Hosts that nobody here has met: what they can take of memory, disk and calls (threats B4, CVE-2026-69132). */
import { randomBytes } from "node:crypto";
import { formatTime, uuidV7 } from "@posthorn/protocol";
import { type HttpResponse, sql } from "@posthorn/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EvilPeer, newKey, type PeerRequest, readAnswer } from "../src/evil-peer.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

const addressed = { destination: "alpha.test", authority: "alpha.test" };

let net: Testnet;
beforeEach(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  await net.node("alpha").addAccount("alice");
});
afterEach(() => net.close());

/** A host that says of itself as much as it may, nearly all of it of no use to anybody. */
async function stranger(host: string): Promise<EvilPeer> {
  const peer = await EvilPeer.open(host, net.clock);
  net.join(host, peer.handler(undefined, Object.assign({ types: [] }, { x: "y".repeat(60_000) })));
  return peer;
}

async function post(
  peer: EvilPeer,
  remoteAddress: string,
  wanted: Partial<PeerRequest> = {},
): Promise<HttpResponse> {
  const body = JSON.stringify({
    id: uuidV7(net.clock.now(), randomBytes(16)),
    from: { id: "mallory", host: peer.host },
    to: [{ id: "alice", host: "alpha.test" }],
    date: formatTime(net.clock.now()),
    subject: "hello",
  });
  const request = await peer.request({ ...addressed, body, ...wanted });
  return net.node("alpha").server.handler({ ...request, remoteAddress });
}

async function rows(): Promise<{ hosts: number; bytes: number }> {
  const row = await net
    .node("alpha")
    .server.store.read.get(
      sql`SELECT count(*) AS hosts, coalesce(sum(length(discovery)), 0) AS bytes FROM peer`,
    );
  return { hosts: Number(row?.hosts), bytes: Number(row?.bytes) };
}

test("a host in whose name others sign wrongly leaves nothing, and one that signs rightly a little", async () => {
  const wrong = await newKey();
  for (let number = 0; number < 40; number++) {
    const peer = await stranger(`h${number}.evil.test`);
    const answer = await post(peer, `192.0.2.${number}`, { signingKey: wrong });
    expect(answer.status).toBe(401);
  }
  expect(await rows()).toEqual({ hosts: 0, bytes: 0 });
  expect((await post(await stranger("good.test"), "192.0.2.99")).status).toBe(200);
  const kept = await rows();
  expect(kept.hosts).toBe(1);
  expect(kept.bytes).toBeLessThan(1_000);
});

test("while somebody names host after host from everywhere, mail of those known here comes in", async () => {
  const friend = await stranger("friend.test");
  expect((await post(friend, "198.51.100.1")).status).toBe(200);
  const flood = await EvilPeer.open("evil.test", net.clock);
  const called = () => net.faults.log.filter(({ to }) => to.endsWith(".flood.test")).length;
  const knock = (at: number) =>
    post(flood, `2001:db8:${at.toString(16)}::1`, { keyId: `h${at}.flood.test/k` });
  for (let at = 0; at < 300; at++) await knock(at);
  expect(called()).toBe(199);
  const honest = await stranger("new.test");
  const turnedAway = await post(honest, "198.51.100.2");
  expect(turnedAway).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
  expect(readAnswer(turnedAway)).toMatchObject({ code: "rateLimited", retry: "later" });
  expect((await post(friend, "198.51.100.1")).status).toBe(200);
  await net.advance(1_000);
  expect((await post(honest, "198.51.100.2")).status).toBe(200);
  expect((await post(honest, "198.51.100.2")).status).toBe(200);
});

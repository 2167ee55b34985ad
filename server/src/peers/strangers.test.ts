/** What somebody who only claims to be a host can take of memory and disk (threats B4, reliability I9). */
import { type Discovery, limits } from "@posthorn/protocol";
import { expect, it, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore, onSqlite } from "../store/each-store.ts";
import { findPeer, listPeers, markPeerSuccess, saveDiscovery } from "../store/peer-store.ts";
import { sql } from "../store/sql.ts";
import { Peers } from "./peers.ts";
import { documentOf, jsonAnswer, onlineKey, trialHost, trialWire } from "./trial-host.ts";

const hour = 3_600_000;
const mostKeptBytes = 8 * 1024;
const clock = new HandClock();

/** A document as large as may be, sixteen keys with long names and otherwise of nothing but what nobody asked for. */
async function largestDocument(host: string): Promise<Discovery> {
  const trial = await trialHost(host);
  const now = clock.now();
  const ids = Array.from({ length: limits.discoveryKeys }, (_, at) => `${at}`.padStart(64, "k"));
  const document = await documentOf(trial, now, {
    keys: await Promise.all(ids.map((id) => onlineKey(trial, id, now))),
    oldKeys: Array(limits.discoveryOldKeys).fill(await onlineKey(trial, "old", now)),
    types: Array(limits.discoveryTypes).fill("a".repeat(limits.typeName)),
    software: "s".repeat(limits.software),
    contact: "c".repeat(limits.contact),
    limits: { messageBytes: 1_000, batchLines: 7 },
  });
  const room = (limits.discoveryBytes - sizeOf(document)) / 3;
  const empty = (count: number) => Array<object>(Math.floor(count)).fill({});
  return Object.assign(document, {
    x: empty(room - 40),
    limits: { ...document.limits, y: empty(10) },
  });
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Every host there is shows itself by its largest document. */
function everyHost() {
  return trialWire(async (url) => {
    const { host, searchParams } = new URL(url);
    return jsonAnswer(await largestDocument(searchParams.get("host") ?? host));
  });
}

eachStore("a host with the largest document there can be", (open) => {
  it("is remembered, in memory and on disk, by what calls to it and its signatures need", async () => {
    const document = await largestDocument("b.test");
    expect(sizeOf(document)).toBeGreaterThan(limits.discoveryBytes - 200);
    expect(sizeOf(document)).toBeLessThanOrEqual(limits.discoveryBytes);
    const store = await open();
    const wire = everyHost();
    const peers = new Peers({ store, egress: wire.egress, clock, log: () => undefined });
    const found = await peers.find("b.test");
    const needed = {
      version: 1,
      host: "b.test",
      endpoint: document.endpoint,
      rootKey: document.rootKey,
      keys: document.keys,
      oldKeys: [],
      limits: { messageBytes: 1_000, batchLines: 7 },
      types: [],
    };
    expect(found).toEqual({ ok: true, discovery: needed });
    expect(sizeOf(found)).toBeLessThan(mostKeptBytes);
    const stored = (await findPeer(store.read, "b.test"))?.discovery ?? "";
    expect(JSON.parse(stored)).toEqual(needed);
    expect(stored.length).toBeLessThan(mostKeptBytes);
  });

  it("is remembered by as little when an earlier version has written it down whole", async () => {
    const store = await open();
    const document = await largestDocument("b.test");
    const { rootKey } = document;
    const whole = { discovery: JSON.stringify(document), fetchedAt: clock.now(), rootKey };
    await store.write((tx) => saveDiscovery(tx, { host: "b.test", ...whole, rootChangedAt: undefined }));
    const wire = everyHost();
    const peers = new Peers({ store, egress: wire.egress, clock, log: () => undefined });
    expect(sizeOf(await peers.find("b.test"))).toBeLessThan(mostKeptBytes);
    expect(wire.asked).toEqual([]);
  });
});

eachStore("a stranger", (open) => {
  it("whose key was asked for leaves nothing on disk until a signature has shown that it is the host", async () => {
    const store = await open();
    const wire = everyHost();
    const peers = new Peers({ store, egress: wire.egress, clock, log: () => undefined });
    const keyId = "0".padStart(64, "k");
    for (let number = 0; number < 20; number++) {
      expect(await peers.findKey(`h${number}.test`, "no-such-key")).toBeUndefined();
      expect(await peers.findKey(`h${number}.test`, keyId)).toBeDefined();
      expect(await peers.isKnown(`h${number}.test`)).toBe(false);
    }
    expect(await listPeers(store.read, "", 50)).toEqual([]);
    await peers.markSeen("h7.test");
    expect(await listPeers(store.read, "", 50)).toMatchObject([
      { host: "h7.test", firstSeenAt: clock.now(), lastSeenAt: clock.now() },
    ]);
    expect(await peers.isKnown("h7.test")).toBe(true);
    expect(wire.asked).toHaveLength(20);
    const restarted = new Peers({ store, egress: wire.egress, clock, log: () => undefined });
    expect(await restarted.findKey("h7.test", keyId)).toBeDefined();
    expect(wire.asked).toHaveLength(20);
  });

  it("that is written to is kept before anything is sent, so that the success has its place", async () => {
    const store = await open();
    const wire = everyHost();
    const peers = new Peers({ store, egress: wire.egress, clock, log: () => undefined });
    await peers.findKey("b.test", "no-such-key");
    await peers.find("b.test");
    expect(wire.asked).toHaveLength(1);
    await store.write((tx) => markPeerSuccess(tx, "b.test", clock.now()));
    expect(await findPeer(store.read, "b.test")).toMatchObject({ lastSuccessAt: clock.now() });
  });

  it("that goes down after it was asked is known by what it said, as anybody is", async () => {
    const store = await open();
    const time = new HandClock();
    let isUp = true;
    const wire = trialWire(async () => {
      return isUp ? jsonAnswer(await documentOf(await trialHost("b.test"), time.now())) : undefined;
    });
    const peers = new Peers({ store, egress: wire.egress, clock: time, log: () => undefined });
    await peers.findKey("b.test", "k1");
    isUp = false;
    await time.advance(2 * hour);
    expect(await peers.findKey("b.test", "k1")).toBeDefined();
    expect(wire.asked).toHaveLength(2);
  });
});

const open = onSqlite();

test("ten thousand hosts that nothing was delivered to are kept at most, and friends of any number", async () => {
  const store = await open();
  await store.write(async (tx) => {
    const known = { discovery: "{}", rootKey: "", rootChangedAt: undefined };
    for (let number = 0; number < 10_050; number++) {
      await saveDiscovery(tx, { host: `h${number}.test`, fetchedAt: 1_000 + number, ...known });
    }
    for (let number = 0; number < 20; number++) await markPeerSuccess(tx, `h${number}.test`, 1_000);
  });
  const peers = new Peers({ store, egress: everyHost().egress, clock, log: () => undefined });
  await peers.find("new.test");
  const count = await store.read.get(sql`SELECT count(*) AS n FROM peer`);
  expect(count).toMatchObject({ n: 10_000 + 20 });
  const kept = async (host: string) => (await findPeer(store.read, host)) !== undefined;
  expect(await kept("new.test")).toBe(true);
  expect(await kept("h0.test")).toBe(true);
  expect(await kept("h20.test")).toBe(false);
  expect(await kept("h10049.test")).toBe(true);
});

/** What is kept of other hosts, for how long, and what it costs to be asked about them (threats A14, B4). */
import { toBase64Url } from "@posthorn/crypto";
import type { Discovery } from "@posthorn/protocol";
import { expect, it, test } from "vitest";
import type { Clock } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore, onSqlite } from "../store/each-store.ts";
import { findPeer, listPeers, saveDiscovery, setPeerPolicy } from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";
import { Peers } from "./peers.ts";
import {
  documentOf,
  jsonAnswer,
  keyOf,
  onlineKey,
  type TrialHost,
  trialHost,
  trialWire,
} from "./trial-host.ts";

const second = 1_000;
const hour = 3_600_000;
const day = 24 * hour;
const beta = await trialHost("b.test");

/** The world that b.test is in: it can be down, and what it says of itself can change. */
class World {
  readonly clock = new HandClock();
  readonly logged: string[] = [];
  isUp = true;
  document: Discovery | undefined;
  readonly wire = trialWire(async () => (this.isUp ? jsonAnswer(await this.said()) : undefined));

  async said(): Promise<Discovery> {
    this.document ??= await documentOf(beta, this.clock.now());
    return this.document;
  }

  async say(keys: readonly string[], by: TrialHost = beta): Promise<void> {
    const now = this.clock.now();
    const listed = await Promise.all(keys.map((id) => onlineKey(by, id, now)));
    this.document = await documentOf(by, now, { keys: listed });
  }

  /** A process of our server. */
  process(store: Store, clock: Clock = this.clock): Peers {
    const log = (_: string, event: string) => this.logged.push(event);
    return new Peers({ store, egress: this.wire.egress, clock, log });
  }

  get asked(): number {
    return this.wire.asked.length;
  }
}

eachStore("a host", (open) => {
  it("is asked once an hour, however often it is needed, and once for all who need it at once", async () => {
    const world = new World();
    const peers = world.process(await open());
    await Promise.all(Array.from({ length: 20 }, () => peers.find("b.test")));
    expect(world.asked).toBe(1);
    await world.clock.advance(hour - 1);
    expect(await peers.find("b.test")).toMatchObject({ ok: true, discovery: { endpoint: "https://b.test" } });
    expect(await peers.findKey("b.test", "k1")).toBeDefined();
    expect(world.asked).toBe(1);
    await world.clock.advance(1);
    await peers.find("b.test");
    expect(world.asked).toBe(2);
  });

  it("that does not answer is asked again after 30 seconds, and why it failed is told", async () => {
    const world = new World();
    const peers = world.process(await open());
    world.isUp = false;
    const failed = { ok: false, detail: "b.test did not answer: nobody is there." };
    expect(await peers.find("b.test")).toEqual(failed);
    await world.clock.advance(30 * second - 1);
    world.isUp = true;
    expect(await peers.find("b.test")).toEqual(failed);
    expect(await peers.findKey("b.test", "k1")).toBeUndefined();
    expect(world.asked).toBe(1);
    await world.clock.advance(1);
    expect(await peers.find("b.test")).toMatchObject({ ok: true });
  });

  it("that is down is known by its last good document for seven days, also after a restart", async () => {
    const world = new World();
    const store = await open();
    await world.process(store).find("b.test");
    world.isUp = false;
    for (const restarted of [false, true]) {
      await world.clock.advance(3 * day);
      const peers = restarted ? world.process(await open()) : world.process(store);
      expect(await peers.find("b.test")).toMatchObject({ ok: true });
      expect(await peers.findKey("b.test", "k1")).toBeDefined();
    }
    const peers = world.process(await open());
    await world.clock.advance(day - 1);
    expect(await peers.findKey("b.test", "k1")).toBeDefined();
    await world.clock.advance(1);
    expect(await peers.findKey("b.test", "k1")).toBeUndefined();
    expect(await peers.find("b.test")).toEqual({
      ok: false,
      detail: expect.stringContaining("nobody is there"),
    });
    expect(await peers.isKnown("b.test")).toBe(true);
    world.isUp = true;
    await world.say(["k1"]);
    await world.clock.advance(30 * second);
    expect(await peers.find("b.test")).toMatchObject({ ok: true });
  });

  it("whose key has run out is not believed on it, though the document is fresh", async () => {
    const world = new World();
    const peers = world.process(await open());
    const long = await onlineKey(beta, "k1", world.clock.now());
    const short = await onlineKey(beta, "k2", world.clock.now() - 30 * day + hour / 2);
    world.document = await documentOf(beta, world.clock.now(), { keys: [long, short] });
    expect(await peers.findKey("b.test", "k2")).toBeDefined();
    await world.clock.advance(hour / 2);
    expect(await peers.findKey("b.test", "k2")).toBeUndefined();
    expect(await peers.findKey("b.test", "k1")).toBeDefined();
  });

  it("whose key is not in its document is asked anew, at most once a minute, whatever names are tried", async () => {
    const world = new World();
    const peers = world.process(await open());
    await peers.findKey("b.test", "k1");
    await world.say(["k1", "k2"]);
    await world.clock.advance(60 * second - 1);
    expect(await peers.findKey("b.test", "k2")).toBeUndefined();
    await world.clock.advance(1);
    expect(await peers.findKey("b.test", "k2")).toBeDefined();
    expect(world.asked).toBe(2);
    for (let number = 0; number < 50; number++) {
      expect(await peers.findKey("b.test", `no-${number}`)).toBeUndefined();
      await world.clock.advance(second);
    }
    expect(world.asked).toBe(2);
  });

  it("whose key is another under the same id is asked anew when the known one does not fit, once a minute", async () => {
    const world = new World();
    const store = await open();
    const peers = world.process(store);
    await peers.find("b.test");
    const known = await peers.findKey("b.test", "k1");
    if (known === undefined) throw new Error("b.test has a key");
    const anew: TrialHost = { host: "b.test", root: await keyOf("another root") };
    const key = await onlineKey(anew, "k1", world.clock.now(), "another key");
    world.document = await documentOf(anew, world.clock.now(), { keys: [key] });
    expect(await peers.findKey("b.test", "k1", { unfit: known })).toBeUndefined();
    await world.clock.advance(60 * second);
    expect(await peers.findKey("b.test", "k1", { unfit: known, mayAsk: () => false })).toBeUndefined();
    expect(world.asked).toBe(1);
    const changed = await peers.findKey("b.test", "k1", { unfit: known });
    expect(toBase64Url(changed?.publicKey ?? new Uint8Array())).toBe(key.publicKey);
    expect(world.asked).toBe(2);
    // Who looked up the old key a moment ago need not ask again; and whoever fits with neither makes nobody ask.
    expect(await peers.findKey("b.test", "k1", { unfit: known })).toEqual(changed);
    for (let number = 0; number < 50 && changed !== undefined; number++) {
      expect(await peers.findKey("b.test", "k1", { unfit: changed })).toBeUndefined();
      await world.clock.advance(second);
    }
    expect(world.asked).toBe(2);
    expect(world.logged).toEqual(["peer.rootKeyChanged"]);
  });

  it("that is down is not asked more often for the sake of keys that nobody knows (B4)", async () => {
    const world = new World();
    const peers = world.process(await open());
    await peers.find("b.test");
    world.isUp = false;
    await world.clock.advance(10 * 60 * second);
    for (let number = 0; number < 120; number++) {
      expect(await peers.findKey("b.test", `no-${number}`)).toBeUndefined();
      await world.clock.advance(second);
    }
    expect(world.asked).toBeLessThanOrEqual(1 + 3);
  });

  it("is not believed on a key that it no longer shows, nor on one of its oldKeys", async () => {
    const world = new World();
    const peers = world.process(await open());
    await peers.findKey("b.test", "k1");
    const leaked = await onlineKey(beta, "k1", world.clock.now());
    const keys = [await onlineKey(beta, "k2", world.clock.now())];
    world.document = await documentOf(beta, world.clock.now(), { keys, oldKeys: [leaked] });
    await world.clock.advance(hour);
    expect(await peers.findKey("b.test", "k1")).toBeUndefined();
    expect(await peers.findKey("b.test", "k2")).toBeDefined();
  });

  it("with another root key than before is taken, and the change is noted for the operator", async () => {
    const world = new World();
    const store = await open();
    const peers = world.process(store);
    await peers.find("b.test");
    expect(await findPeer(store.read, "b.test")).toMatchObject({ rootChangedAt: undefined });
    const taken: TrialHost = { host: "b.test", root: await keyOf("another root") };
    await world.say(["k2"], taken);
    await world.clock.advance(hour);
    expect(await peers.find("b.test")).toMatchObject({ ok: true });
    const changedAt = world.clock.now();
    await world.clock.advance(hour);
    await peers.find("b.test");
    expect(await findPeer(store.read, "b.test")).toMatchObject({
      rootKey: toBase64Url(taken.root.publicKey),
      rootChangedAt: changedAt,
    });
    expect(world.logged).toEqual(["peer.rootKeyChanged"]);
  });

  it("leaves nothing on disk that was never what it says", async () => {
    const world = new World();
    const store = await open();
    const peers = world.process(store);
    world.document = { ...(await world.said()), host: "c.test" };
    expect(await peers.find("b.test")).toMatchObject({ ok: false });
    expect(await peers.isKnown("b.test")).toBe(false);
    await peers.markSeen("b.test");
    expect(await listPeers(store.read, "", 10)).toEqual([]);
  });

  it("keeps its last good document when it comes to describe itself wrongly, and when a block is set", async () => {
    const world = new World();
    const store = await open();
    const peers = world.process(store);
    await peers.find("b.test");
    await store.write((tx) => setPeerPolicy(tx, "b.test", "block", world.clock.now()));
    const good = await world.said();
    world.document = { ...good, host: "c.test" };
    await world.clock.advance(hour);
    expect(await peers.find("b.test")).toEqual({ ok: true, discovery: { ...good, types: [] } });
    expect(await peers.policy("b.test")).toBe("block");
    expect(await peers.policy("c.test")).toBe("allow");
    world.document = good;
    await world.clock.advance(hour);
    await peers.find("b.test");
    expect(await peers.policy("b.test")).toBe("block");
  });

  it("found by one process is known to the other, which need not ask; and one's luck is the other's too", async () => {
    const world = new World();
    const one = world.process(await open());
    const other = world.process(await open());
    await one.find("b.test");
    expect(await other.findKey("b.test", "k1")).toBeDefined();
    expect(world.asked).toBe(1);
    await world.clock.advance(6 * day);
    await one.find("b.test");
    world.isUp = false;
    await world.clock.advance(6 * day);
    expect(await other.find("b.test")).toMatchObject({ ok: true });
    expect(await other.findKey("b.test", "k1")).toBeDefined();
  });

  it("whose stored document this version cannot read is asked, and the rest goes on", async () => {
    const world = new World();
    const store = await open();
    const peer = { host: "b.test", fetchedAt: world.clock.now(), rootKey: "x", rootChangedAt: undefined };
    await store.write((tx) => saveDiscovery(tx, { ...peer, discovery: '{"version":2}' }));
    const peers = world.process(store);
    expect(await peers.findKey("b.test", "k1")).toBeDefined();
    expect(await peers.find("b.test")).toMatchObject({ ok: true });
  });
});

const openSqlite = onSqlite();

test("a clock that is set forth and back makes nothing fresh for longer, and no failure last (I12)", async () => {
  const world = new World();
  let offsetMs = day;
  const wrong: Clock = {
    now: () => world.clock.now() + offsetMs,
    mono: () => world.clock.mono(),
    sleep: (ms, signal) => world.clock.sleep(ms, signal),
  };
  const peers = world.process(await openSqlite(), wrong);
  await peers.find("b.test");
  offsetMs = 0;
  await peers.find("b.test");
  expect(world.asked).toBe(2);
  offsetMs = day;
  world.isUp = false;
  await world.clock.advance(hour);
  await peers.find("b.test");
  world.isUp = true;
  offsetMs = 0;
  await world.clock.advance(30 * second);
  expect(await peers.find("b.test")).toMatchObject({ ok: true });
  expect(world.asked).toBe(4);
});

test("ten thousand hosts are not remembered all at once: the longest unused are forgotten (CVE-2026-69132)", async () => {
  const store = await openSqlite();
  const clock = new HandClock();
  const wire = trialWire(() => undefined);
  const peers = new Peers({ store, egress: wire.egress, clock, log: () => undefined });
  for (let number = 0; number < 10_000; number++) await peers.find(`h${number}.test`);
  expect(wire.asked).toHaveLength(10_000);
  for (let number = 10_000 - 1_024; number < 10_000; number++) await peers.find(`h${number}.test`);
  expect(wire.asked).toHaveLength(10_000);
  await peers.find("h0.test");
  expect(wire.asked).toHaveLength(10_001);
  expect(await listPeers(store.read, "", 10)).toEqual([]);
});

test("a good host that goes down is still known, however many others were named meanwhile", async () => {
  const world = new World();
  const peers = world.process(await openSqlite());
  await peers.find("b.test");
  world.isUp = false;
  for (let number = 0; number < 4_096; number++) await peers.find(`h${number}.test`);
  await world.clock.advance(hour);
  expect(await peers.find("b.test")).toMatchObject({ ok: true });
});

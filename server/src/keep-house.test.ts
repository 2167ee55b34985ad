import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uuidV7 } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { putBlob } from "./blobs/account-blob.ts";
import { content, type TrialBlobs, trialBlobs, upload } from "./blobs/trial-blobs.ts";
import type { Clock } from "./env/env.ts";
import { type KeepHouseContext, keepHouse } from "./keep-house.ts";
import { letter, openAccount, putIn } from "./objects/trial-mail.ts";
import { eachStore } from "./store/each-store.ts";
import {
  listPeers,
  markPeerSeen,
  markPeerSuccess,
  saveDiscovery,
  setPeerPolicy,
} from "./store/peer-store.ts";
import { findReceipt, insertReceipt } from "./store/receipt-store.ts";
import { type Store, sql } from "./store/sql.ts";
import { submitAs } from "./submit/trial-submit.ts";
import { callerOf, methodsOn, trialJmap } from "./sync/jmap/trial-jmap.ts";

const hour = 3_600_000;
const day = 24 * hour;

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-house-")), "blobs");
  await mkdir(folder);
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

interface Trial extends KeepHouseContext {
  blobs: TrialBlobs;
  logged: unknown[];
  renewals: number[];
}

function trial(store: Store): Trial {
  const blobs = trialBlobs(store, folder);
  const { clock } = blobs;
  const logged: unknown[] = [];
  const renewals: number[] = [];
  return {
    store,
    clock,
    blobs,
    logged,
    renewals,
    log: (_, event, fields) => logged.push([event, fields?.chore]),
    async renewKeys() {
      renewals.push(clock.now());
    },
  };
}

/** So much time passes, the last hour of it with somebody who keeps house and goes when the chores are done. */
async function pass({ blobs: { clock }, ...ctx }: Trial, ms: number): Promise<void> {
  const stopping = new AbortController();
  let isDone = false;
  const oneHour: Clock = {
    now: () => clock.now(),
    mono: () => clock.mono(),
    sleep(forMs, signal) {
      if (isDone) stopping.abort();
      isDone = true;
      return clock.sleep(forMs, signal);
    },
  };
  await clock.advance(ms - hour);
  const blobs = { ...trialBlobs(ctx.store, folder), clock };
  const kept = keepHouse({ ...ctx, clock: oneHour, blobs }, stopping.signal);
  await clock.advance(hour);
  await kept;
}

eachStore("who keeps house", (open) => {
  it("looks after the keys every hour, and stops at once when told to, in the middle of one", async () => {
    const ctx = trial(await open());
    const stopping = new AbortController();
    let looks = 0;
    const { promise: third, resolve } = Promise.withResolvers<void>();
    const renewKeys = async () => {
      looks++;
      if (looks === 3) resolve();
    };
    const files = { ...ctx.blobs, folder: join(folder, "none") };
    const kept = keepHouse({ ...ctx, blobs: files, renewKeys }, stopping.signal);
    await ctx.blobs.clock.advance(hour - 1);
    expect(looks).toBe(0);
    const turning = turn(ctx, third);
    await third;
    stopping.abort();
    await kept;
    await turning;
    expect(looks).toBe(3);
    await ctx.blobs.clock.advance(day);
    expect(looks).toBe(3);
  });

  it("forgets what was told of a message after fourteen days, and not before", async () => {
    const store = await open();
    const ctx = trial(store);
    const bob = await openAccount(store, "bob");
    const receipt = {
      digest: new Uint8Array(32),
      status: "delivered",
      deliveredAt: ctx.clock.now(),
    } as const;
    const id = uuidV7(ctx.clock.now(), new Uint8Array(16));
    await store.write((tx) => insertReceipt(tx, bob, id, "eve@b.test", receipt));
    const isKept = async () => (await findReceipt(store.read, bob, id, "eve@b.test")) !== undefined;
    await pass(ctx, 14 * day);
    expect(await isKept()).toBe(true);
    await pass(ctx, hour);
    expect(await isKept()).toBe(false);
  });

  it("forgets it whatever time the message's id claims, and none too soon", async () => {
    const store = await open();
    const ctx = trial(store);
    const bob = await openAccount(store, "bob");
    const deliveredAt = ctx.clock.now();
    const claimed = [0, deliveredAt - 400 * day, deliveredAt + 16 * day, deliveredAt + 90 * day, 2 ** 48 - 1];
    const ids = claimed.map((ms) => uuidV7(ms, new Uint8Array(16).fill(255)));
    const receipt = { digest: new Uint8Array(32), status: "delivered", deliveredAt } as const;
    await store.write(async (tx) => {
      for (const id of ids) await insertReceipt(tx, bob, id, "eve@b.test", receipt);
    });
    const kept = async () => (await store.read.all(sql`SELECT 1 FROM receipt`)).length;
    await pass(ctx, 14 * day);
    expect(await kept()).toBe(ids.length);
    await pass(ctx, 17 * day);
    expect(await kept()).toBe(0);
  });

  it("forgets any number of them, in transactions that others come in between", async () => {
    const store = await open();
    const ctx = trial(store);
    const bob = await openAccount(store, "bob");
    const deliveredAt = ctx.clock.now();
    const receipt = { digest: new Uint8Array(32), status: "delivered", deliveredAt } as const;
    await store.write(async (tx) => {
      for (let number = 0; number < 1_100; number++) {
        await insertReceipt(tx, bob, uuidV7(deliveredAt + number, new Uint8Array(16)), "eve@b.test", receipt);
      }
    });
    const left: number[] = [];
    const watched: Store = {
      dialect: store.dialect,
      read: store.read,
      close: () => store.close(),
      async write(work) {
        const result = await store.write(work);
        left.push((await store.read.all(sql`SELECT 1 FROM receipt`)).length);
        return result;
      },
    };
    await pass({ ...ctx, store: watched }, 15 * day);
    expect([...new Set(left)]).toEqual([1_100, 600, 100, 0]);
  });

  it("forgets what became of a message ninety days after it was settled, and the message with it", async () => {
    const store = await open();
    const ctx = trial(store);
    const alice = submitAs(store, await openAccount(store, "alice"), ctx.blobs.clock);
    const to = [{ id: "bob", host: "b.test" }];
    const { id } = await alice.send({ to, subject: "now" });
    const { id: scheduled } = await alice.send(
      { to, subject: "later" },
      { sendAt: ctx.clock.now() + 300 * day },
    );
    expect(await alice.deliver("b.test")).toEqual([id]);
    await pass(ctx, 90 * day);
    expect(await alice.get(id)).toMatchObject({ recipients: [{ status: "delivered" }] });
    await pass(ctx, hour);
    await expect(alice.get(id)).rejects.toMatchObject({ problem: { code: "notFound" } });
    expect(await alice.get(scheduled)).toMatchObject({ recipients: [{ status: "queued" }] });
  });

  it("forgets hosts that nobody here has written to, thirty days after they were heard of (CVE-2026-69132)", async () => {
    const store = await open();
    const ctx = trial(store);
    const at = ctx.clock.now();
    const known = ["blocked.test", "friend.test", "heard.test", "stranger.test"];
    await store.write(async (tx) => {
      for (const host of known) {
        const peer = { host, discovery: "{}", fetchedAt: at, rootKey: "r", rootChangedAt: undefined };
        await saveDiscovery(tx, peer);
      }
      await setPeerPolicy(tx, "blocked.test", "block", at);
      await markPeerSuccess(tx, "friend.test", at);
    });
    const hosts = async () => (await listPeers(store.read, "", 10)).map(({ host }) => host);
    await pass(ctx, 30 * day);
    await store.write((tx) => markPeerSeen(tx, "heard.test", ctx.clock.now()));
    expect(await hosts()).toEqual(known);
    await pass(ctx, hour);
    expect(await hosts()).toEqual(["blocked.test", "friend.test", "heard.test"]);
    await pass(ctx, 30 * day);
    expect(await hosts()).toEqual(["blocked.test", "friend.test"]);
  });

  it("removes files that no message uses", async () => {
    const store = await open();
    const ctx = trial(store);
    const alice = await openAccount(store, "alice");
    await putBlob(ctx.blobs, { accountId: alice, ...upload(content("A photograph.")) });
    const files = async () => (await readdir(folder, { recursive: true })).filter((name) => name.length > 60);
    expect(await files()).toHaveLength(1);
    await pass(ctx, 3 * day);
    expect(await files()).toEqual([]);
  });

  it("does every chore though one before it fails, says which, and tries it again an hour later", async () => {
    const store = await open();
    const ctx = trial(store);
    const bob = await openAccount(store, "bob");
    const receipt = {
      digest: new Uint8Array(32),
      status: "delivered",
      deliveredAt: ctx.clock.now(),
    } as const;
    const id = uuidV7(ctx.clock.now(), new Uint8Array(16));
    await store.write((tx) => insertReceipt(tx, bob, id, "eve@b.test", receipt));
    let tries = 0;
    const renewKeys = async () => {
      tries++;
      throw new Error("the root key is offline");
    };
    await pass({ ...ctx, renewKeys }, 15 * day);
    expect(await findReceipt(store.read, bob, id, "eve@b.test")).toBeUndefined();
    await pass({ ...ctx, renewKeys }, hour);
    expect(ctx.logged).toEqual(Array(2).fill(["chore failed", "keys"]));
    expect(tries).toBe(2);
  });

  it("tells a client what has changed for 30 days, and after that to read anew", async () => {
    const store = await open();
    const ctx = trial(store);
    const bob = await openAccount(store, "bob");
    const { call, ask, id } = trialJmap(methodsOn(store), callerOf(bob));
    await putIn(store, bob, letter());
    await call("Email/set", { update: { m1: { "keywords/$seen": true } } });
    await pass(ctx, day);
    await pass(ctx, 29 * day);
    expect(await call("Email/changes", { sinceState: "1" })).toMatchObject({ updated: ["m1"] });
    await call("Email/set", { update: { m1: { "keywords/$flagged": true } } });
    await pass(ctx, day);
    await pass(ctx, day);
    const refused = { type: "cannotCalculateChanges" };
    for (const type of ["Email", "Mailbox", "Thread"]) {
      const [[, error]] = await ask([[`${type}/changes`, { accountId: id, sinceState: "1" }, "0"]]);
      expect(error).toMatchObject(refused);
    }
    expect(await call("Email/changes", { sinceState: "2" })).toMatchObject({
      updated: ["m1"],
      newState: "3",
    });
    await pass(ctx, 32 * day);
    const [[, error]] = await ask([["Email/changes", { accountId: id, sinceState: "2" }, "0"]]);
    expect(error).toMatchObject(refused);
    expect(await call("Email/changes", { sinceState: "3" })).toMatchObject({ updated: [], newState: "3" });
  });

  it("removes a destroyed message when its last delivery is settled, and its files with it", async () => {
    const store = await open();
    const ctx = trial(store);
    const alice = await openAccount(store, "alice");
    const { send, deliver } = submitAs(store, alice, ctx.blobs.clock);
    const { call } = trialJmap(methodsOn(store), callerOf(alice));
    await send({ to: [{ id: "bob", host: "b.test" }], subject: "Hello", body: "Bye." });
    await call("Email/set", { destroy: ["m1"] });
    const rows = async () => (await store.read.all(sql`SELECT id FROM message_bytes`)).length;
    await pass(ctx, hour);
    expect(await rows()).toBe(1);
    expect(await deliver("b.test")).toHaveLength(1);
    await pass(ctx, hour);
    expect(await rows()).toBe(0);
  });
});

/** Turns the clock hour by hour until something has happened, letting real work be done in between. */
async function turn({ blobs: { clock } }: Trial, until: Promise<void>): Promise<void> {
  let isOver = false;
  void until.then(() => {
    isOver = true;
  });
  for (let waited = 0; !isOver; waited++) {
    if (waited % 50 === 0) await clock.advance(hour);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

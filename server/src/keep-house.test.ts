import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { putBlob } from "./blobs/account-blob.ts";
import { content, type TrialBlobs, trialBlobs, upload } from "./blobs/trial-blobs.ts";
import { type KeepHouseContext, keepHouse } from "./keep-house.ts";
import { openAccount } from "./objects/trial-mail.ts";
import { eachStore } from "./store/each-store.ts";
import {
  listPeers,
  markPeerSeen,
  markPeerSuccess,
  saveDiscovery,
  setPeerPolicy,
} from "./store/peer-store.ts";
import { findReceipt, insertReceipt } from "./store/receipt-store.ts";
import type { Store } from "./store/sql.ts";

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

/** So much time passes, the last hour of it with somebody who keeps house. */
async function pass({ blobs: { clock }, ...ctx }: Trial, ms: number): Promise<void> {
  const stopping = new AbortController();
  await clock.advance(ms - hour);
  const kept = keepHouse({ ...ctx, blobs: { ...trialBlobs(ctx.store, folder), clock } }, stopping.signal);
  await clock.advance(hour);
  stopping.abort();
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
    await store.write((tx) => insertReceipt(tx, bob, "m", "eve@b.test", receipt));
    const isKept = async () => (await findReceipt(store.read, bob, "m", "eve@b.test")) !== undefined;
    await pass(ctx, 14 * day);
    expect(await isKept()).toBe(true);
    await pass(ctx, hour);
    expect(await isKept()).toBe(false);
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
    await store.write((tx) => insertReceipt(tx, bob, "m", "eve@b.test", receipt));
    let tries = 0;
    const renewKeys = async () => {
      tries++;
      throw new Error("the root key is offline");
    };
    await pass({ ...ctx, renewKeys }, 15 * day);
    expect(await findReceipt(store.read, bob, "m", "eve@b.test")).toBeUndefined();
    await pass({ ...ctx, renewKeys }, hour);
    expect(ctx.logged).toEqual(Array(2).fill(["chore failed", "keys"]));
    expect(tries).toBe(2);
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

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import {
  AccountListSchema,
  limits,
  PeerListSchema,
  QueueSchema,
  StatusSchema,
  shape,
  wireVersion,
} from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { letter as outgoing } from "../deliver/trial-peer.ts";
import { letter, letterId, openAccount, putIn } from "../objects/trial-mail.ts";
import { documentOf, trialHost } from "../peers/trial-host.ts";
import { insertDelivery } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { saveBackoff } from "../store/host-backoff-store.ts";
import { markPeerSeen, markPeerSuccess, saveDiscovery } from "../store/peer-store.ts";
import {
  patchAccount,
  patchPeer,
  readAccounts,
  readPeers,
  readQueue,
  readStatus,
  retryHost,
} from "./admin.ts";
import { openTrialAdmin, type Trial } from "./trial-admin.ts";

const hour = 3_600_000;
const notFound = { problem: { code: "notFound" } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/posthorn-admin-`);
});
afterEach(() => rm(folder, { recursive: true }));

/** Something waits for a host since so long ago, or is scheduled for so much later. */
async function waitsFor({ queue }: Trial, host: string, sinceMs = 0, laterMs = 0): Promise<void> {
  const { store, clock, alice } = queue;
  const createdAt = clock.now() - sinceMs;
  await store.write((tx) =>
    insertDelivery(tx, {
      accountId: alice,
      objectId: 1,
      messageId: letterId(1),
      recipient: "bob",
      host,
      lane: `${alice}/x/bob`,
      nextAttemptAt: createdAt + laterMs,
      createdAt,
      expiresAt: createdAt + 5 * 24 * hour,
    }),
  );
}

eachStore("the operator and the accounts", (open) => {
  it("sees them by name, with their room, page by page", async () => {
    const store = await open();
    const { ctx } = await openTrialAdmin(store, folder);
    const bob = await openAccount(store, "bob", 5_000);
    const bytes = letter().bytes.length;
    await putIn(store, bob, letter());
    const { accounts, next } = await readAccounts(ctx, {});
    expect(accounts).toMatchObject([
      { name: "alice", address: "alice@a.test", suspended: false },
      { name: "bob", id: String(bob), suspended: false, quotaBytes: 5_000, usedBytes: bytes },
    ]);
    expect(next).toBeUndefined();
    for (let number = 0; number < 200; number++) await openAccount(store, `user${number}`);
    const first = await readAccounts(ctx, {});
    expect(shape(AccountListSchema).parse(first)).toBe(first);
    expect(first.accounts).toHaveLength(200);
    const rest = await readAccounts(ctx, { after: first.next });
    expect(rest.accounts).toHaveLength(2);
    expect(rest.next).toBeUndefined();
    const names = [...first.accounts, ...rest.accounts].map(({ name }) => name);
    expect(new Set(names).size).toBe(202);
  });

  it("suspends one, which signs it out at once, and readmits it", async () => {
    const store = await open();
    const { ctx, signedOut } = await openTrialAdmin(store, folder);
    const bob = await openAccount(store, "bob");
    expect(await patchAccount(ctx, { callerId: 0, name: "bob", suspended: true })).toMatchObject({
      suspended: true,
    });
    expect(signedOut).toEqual([bob]);
    expect((await readAccounts(ctx, {})).accounts).toMatchObject([{ suspended: false }, { suspended: true }]);
    const both = await patchAccount(ctx, { callerId: 0, name: "bob", suspended: false, quotaBytes: 0 });
    expect(both).toMatchObject({ suspended: false, quotaBytes: 0 });
    expect(await patchAccount(ctx, { callerId: 0, name: "bob" })).toEqual(both);
    expect(signedOut).toEqual([bob]);
    expect(await putIn(store, bob, letter())).toBeUndefined();
  });

  it("gives somebody the operator's role and takes it back, and shuts nobody out who does it", async () => {
    const store = await open();
    const { ctx, forgotten } = await openTrialAdmin(store, folder);
    const bob = await openAccount(store, "bob");
    const given = await patchAccount(ctx, { callerId: 0, name: "bob", operator: true });
    expect(given).toMatchObject({ operator: true, suspended: false });
    expect(forgotten).toEqual([bob]);
    const forbidden = { problem: { code: "forbidden" } };
    const byBob = { callerId: bob, name: "bob" };
    await expect(patchAccount(ctx, { ...byBob, operator: false })).rejects.toMatchObject(forbidden);
    await expect(patchAccount(ctx, { ...byBob, suspended: true })).rejects.toMatchObject(forbidden);
    expect(await patchAccount(ctx, { ...byBob, quotaBytes: 7 })).toMatchObject({ operator: true });
    expect(await patchAccount(ctx, { callerId: 0, name: "bob", operator: false })).toMatchObject({
      operator: false,
    });
  });

  it("is told of a name that nobody has", async () => {
    const { ctx, signedOut } = await openTrialAdmin(await open(), folder);
    for (const name of ["nobody", "", "Alice", "alice@a.test"]) {
      await expect(patchAccount(ctx, { callerId: 0, name, suspended: true })).rejects.toMatchObject(notFound);
    }
    expect(signedOut).toEqual([]);
  });
});

eachStore("the operator and the queue", (open) => {
  it("sees what waits for each host, since when, why, and when it is tried", async () => {
    const store = await open();
    const room = await openTrialAdmin(store, folder);
    const now = room.queue.clock.now();
    await waitsFor(room, "b.test", hour);
    await waitsFor(room, "b.test");
    await waitsFor(room, "c.test", 2 * hour);
    const backoff = {
      failureCount: 3,
      notBefore: now + hour,
      since: now - hour,
      problem: "c.test did not answer.",
    };
    await store.write((tx) => saveBackoff(tx, { host: "c.test", ...backoff }));
    const seen = await readQueue(room.ctx);
    expect(shape(QueueSchema).parse(seen)).toBe(seen);
    expect(seen).toEqual({
      waiting: 3,
      scheduled: 0,
      hosts: [
        {
          host: "c.test",
          waiting: 1,
          scheduled: 0,
          oldestAt: "2026-11-23T22:00:00.000Z",
          nextAttemptAt: "2026-11-24T01:00:00.000Z",
          failureCount: 3,
          problem: expect.objectContaining({ code: "unavailable", detail: "c.test did not answer." }),
        },
        {
          host: "b.test",
          waiting: 2,
          scheduled: 0,
          oldestAt: "2026-11-23T23:00:00.000Z",
          nextAttemptAt: "2026-11-23T23:00:00.000Z",
          failureCount: 0,
        },
      ],
    });
  });

  it("sees of a thousand dead hosts those that have waited for longest, and can try any of them (B4)", async () => {
    const room = await openTrialAdmin(await open(), folder);
    for (let number = 0; number < limits.listItems + 20; number++) {
      await waitsFor(room, `h${number}.test`, number * 1_000);
    }
    const seen = await readQueue(room.ctx);
    expect(shape(QueueSchema).parse(seen)).toBe(seen);
    expect(seen).toMatchObject({ waiting: limits.listItems + 20, hosts: { length: limits.listItems } });
    expect(seen.hosts[0]).toMatchObject({ host: `h${limits.listItems + 19}.test` });
    expect(seen.hosts.map(({ host }) => host)).not.toContain("h0.test");
    expect(await retryHost(room.ctx, { host: "h0.test" })).toEqual({ host: "h0.test", retried: 1 });
    await room.queue.settle();
    await room.queue.worker.stop(0);
  });

  it("sees what is scheduled apart, and can have nothing of it sent before its hour", async () => {
    const room = await openTrialAdmin(await open(), folder);
    await waitsFor(room, "b.test", 0, 2 * hour);
    const seen = await readQueue(room.ctx);
    expect(shape(QueueSchema).parse(seen)).toBe(seen);
    expect(seen).toEqual({
      waiting: 0,
      scheduled: 1,
      hosts: [
        {
          host: "b.test",
          waiting: 0,
          scheduled: 1,
          nextAttemptAt: "2026-11-24T02:00:00.000Z",
          failureCount: 0,
        },
      ],
    });
    expect(await readStatus(room.ctx)).toMatchObject({ waiting: 0 });
    await expect(retryHost(room.ctx, { host: "b.test" })).rejects.toThrow(
      "Nothing waits for b.test yet: what is scheduled goes from 2026-11-24T02:00:00.000Z on.",
    );
    await waitsFor(room, "b.test");
    expect(await retryHost(room.ctx, { host: "b.test" })).toEqual({ host: "b.test", retried: 1 });
    await room.queue.settle();
    await room.queue.worker.stop(0);
    await room.queue.clock.advance(2 * hour);
    expect((await readQueue(room.ctx)).hosts).toMatchObject([{ waiting: 2, scheduled: 0 }]);
  });

  it("has a host that was down tried now, and its mail arrives", async () => {
    const { ctx, queue } = await openTrialAdmin(await open(), folder);
    await queue.worker.start();
    const sent = await queue.send(outgoing(1));
    queue.worker.wake(["b.test"]);
    await queue.settle();
    expect(await queue.state(sent)).toBe("retrying");
    expect((await readQueue(ctx)).hosts).toMatchObject([{ host: "b.test", failureCount: 1 }]);
    await queue.wire.join("b.test");
    expect(await retryHost(ctx, { host: "b.test" })).toEqual({ host: "b.test", retried: 1 });
    await queue.settle();
    expect(await queue.state(sent)).toBe("delivered");
    expect(await readQueue(ctx)).toEqual({ hosts: [], waiting: 0, scheduled: 0 });
    for (const host of ["b.test", "never.test", "no host", "x".repeat(5_000)]) {
      await expect(retryHost(ctx, { host })).rejects.toMatchObject(notFound);
    }
    await queue.worker.stop(0);
  });
});

eachStore("the operator and other servers", (open) => {
  it("sees those that are known, what is wrong with them, and blocks one and lets it in again", async () => {
    const store = await open();
    const { ctx } = await openTrialAdmin(store, folder);
    const now = ctx.clock.now();
    const document = await documentOf(await trialHost("b.test"), now, { endpoint: "https://mail.b.test" });
    const { rootKey } = document;
    const good = { host: "b.test", discovery: JSON.stringify(document), fetchedAt: now, rootKey };
    const foreign = { host: "c.test", discovery: '{"version":2}', fetchedAt: now, rootKey };
    const backoff = {
      host: "c.test",
      failureCount: 2,
      notBefore: now,
      since: now,
      problem: "c.test did not answer.",
    };
    await store.write(async (tx) => {
      for (const peer of [good, foreign]) await saveDiscovery(tx, { ...peer, rootChangedAt: undefined });
      await markPeerSeen(tx, "b.test", now + 1_000);
      await markPeerSuccess(tx, "b.test", now + 2_000);
      await saveBackoff(tx, backoff);
    });
    const seen = await readPeers(ctx, {});
    expect(shape(PeerListSchema).parse(seen)).toBe(seen);
    expect(seen).toEqual({
      peers: [
        {
          host: "b.test",
          policy: "allow",
          endpoint: "https://mail.b.test",
          rootKey,
          firstSeenAt: "2026-11-24T00:00:00.000Z",
          lastSeenAt: "2026-11-24T00:00:01.000Z",
          lastSuccessAt: "2026-11-24T00:00:02.000Z",
        },
        {
          host: "c.test",
          policy: "allow",
          rootKey,
          firstSeenAt: "2026-11-24T00:00:00.000Z",
          lastFailure: {
            at: "2026-11-24T00:00:00.000Z",
            problem: expect.objectContaining({ detail: "c.test did not answer." }),
          },
        },
      ],
    });
    expect(await patchPeer(ctx, { host: "b.test", policy: "block" })).toMatchObject({
      policy: "block",
      endpoint: "https://mail.b.test",
    });
    expect((await readPeers(ctx, {})).peers).toMatchObject([{ policy: "block" }, { policy: "allow" }]);
    expect(await patchPeer(ctx, { host: "b.test", policy: "allow" })).toMatchObject({ policy: "allow" });
  });

  it("sees that one has shown another root key, until it is allowed as it is now (§30.6, A14)", async () => {
    const store = await open();
    const { ctx } = await openTrialAdmin(store, folder);
    const now = ctx.clock.now();
    const document = await documentOf(await trialHost("b.test"), now);
    const { rootKey } = document;
    const changed = { discovery: JSON.stringify(document), fetchedAt: now, rootKey, rootChangedAt: now };
    await store.write((tx) => saveDiscovery(tx, { host: "b.test", ...changed }));
    const seen = await readPeers(ctx, {});
    expect(shape(PeerListSchema).parse(seen).peers).toMatchObject([
      { host: "b.test", rootKey, rootKeyChangedAt: "2026-11-24T00:00:00.000Z" },
    ]);
    expect(await patchPeer(ctx, { host: "b.test", policy: "block" })).toHaveProperty("rootKeyChangedAt");
    expect(await patchPeer(ctx, { host: "b.test", policy: "allow" })).not.toHaveProperty("rootKeyChangedAt");
  });

  it("blocks one that was never met, and is told of what is no host", async () => {
    const { ctx } = await openTrialAdmin(await open(), folder);
    expect(await patchPeer(ctx, { host: "evil.test", policy: "block" })).toEqual({
      host: "evil.test",
      policy: "block",
      firstSeenAt: "2026-11-24T00:00:00.000Z",
    });
    for (const host of [
      "",
      "Evil.test",
      "evil",
      "192.0.2.1",
      "evil.test.",
      "*.evil.test",
      "x".repeat(5_000),
    ]) {
      await expect(patchPeer(ctx, { host, policy: "block" })).rejects.toMatchObject({
        problem: { code: "badHost" },
      });
    }
    expect((await readPeers(ctx, {})).peers).toHaveLength(1);
  });

  it("pages through very many", async () => {
    const { ctx } = await openTrialAdmin(await open(), folder);
    for (let number = 0; number < 203; number++)
      await patchPeer(ctx, { host: `h${number}.test`, policy: "block" });
    const first = await readPeers(ctx, {});
    const rest = await readPeers(ctx, { after: first.next });
    expect([first.peers.length, rest.peers.length, rest.next]).toEqual([200, 3, undefined]);
    expect(new Set([...first.peers, ...rest.peers].map(({ host }) => host)).size).toBe(203);
  });
});

eachStore("the operator", (open) => {
  it("sees how the server is as a whole", async () => {
    const store = await open();
    const room = await openTrialAdmin(store, folder);
    const bob = await openAccount(store, "bob");
    await putIn(store, bob, letter());
    await putIn(store, bob, letter({ id: letterId(2) }));
    await waitsFor(room, "b.test");
    const status = await readStatus(room.ctx);
    expect(shape(StatusSchema).parse(status)).toBe(status);
    expect(status).toEqual({
      host: "a.test",
      software: "posthorn",
      wireVersion,
      startedAt: "2026-11-24T00:00:00.000Z",
      accounts: 2,
      messages: 2,
      storedBytes: letter().bytes.length * 2,
      freeBytes: expect.any(Number),
      waiting: 1,
      checks: [{ name: "database", ok: true }],
    });
    expect(status.freeBytes).toBeGreaterThan(0);
  });
});

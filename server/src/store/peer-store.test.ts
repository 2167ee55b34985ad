import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import { deleteBackoff, findBackoff, listBackoffs, saveBackoff } from "./host-backoff-store.ts";
import {
  deleteStrangersBeyond,
  findPeer,
  listPeers,
  listRecentPeers,
  markPeerSeen,
  markPeerSuccess,
  saveDiscovery,
  setPeerPolicy,
} from "./peer-store.ts";
import type { Store } from "./sql.ts";

const discovery = { discovery: "{}", fetchedAt: 1_000, rootKey: "root", rootChangedAt: undefined };

function discover(store: Store, host: string): Promise<void> {
  return store.write((tx) => saveDiscovery(tx, { host, ...discovery }));
}

eachStore("a peer", (open) => {
  it("is known by its discovery, the newest, and allowed until it is blocked", async () => {
    const store = await open();
    await discover(store, "b.test");
    expect(await findPeer(store.read, "b.test")).toEqual({
      host: "b.test",
      policy: "allow",
      ...discovery,
      firstSeenAt: 1_000,
      lastSeenAt: undefined,
      lastSuccessAt: undefined,
    });
    await store.write((tx) => setPeerPolicy(tx, "b.test", "block", 2_000));
    const newer = { discovery: '{"new":1}', fetchedAt: 3_000, rootKey: "other", rootChangedAt: 3_000 };
    await store.write((tx) => saveDiscovery(tx, { host: "b.test", ...newer }));
    expect(await findPeer(store.read, "b.test")).toMatchObject({
      ...newer,
      policy: "block",
      firstSeenAt: 1_000,
    });
    expect(await findPeer(store.read, "c.test")).toBeUndefined();
  });

  it("can be blocked before anything is known of it, and allowed again", async () => {
    const store = await open();
    await store.write((tx) => setPeerPolicy(tx, "evil.test", "block", 2_000));
    expect(await findPeer(store.read, "evil.test")).toMatchObject({ policy: "block", discovery: undefined });
    await store.write((tx) => setPeerPolicy(tx, "evil.test", "allow", 3_000));
    expect(await findPeer(store.read, "evil.test")).toMatchObject({ policy: "allow", firstSeenAt: 2_000 });
  });

  it("whose root key has changed is noted so until it is allowed as it is now; to block it settles nothing", async () => {
    const store = await open();
    const changed = { ...discovery, rootKey: "other", rootChangedAt: 3_000 };
    await store.write((tx) => saveDiscovery(tx, { host: "b.test", ...changed }));
    const set = (policy: "allow" | "block") =>
      store.write((tx) => setPeerPolicy(tx, "b.test", policy, 4_000));
    await set("block");
    expect(await findPeer(store.read, "b.test")).toMatchObject({ policy: "block", rootChangedAt: 3_000 });
    await set("allow");
    expect(await findPeer(store.read, "b.test")).toMatchObject({
      policy: "allow",
      rootKey: "other",
      rootChangedAt: undefined,
    });
  });

  it("is listed by host, page after page", async () => {
    const store = await open();
    for (const host of ["c.test", "a.test", "b.test"]) await discover(store, host);
    const hosts = async (after: string) => (await listPeers(store.read, after, 2)).map(({ host }) => host);
    expect(await hosts("")).toEqual(["a.test", "b.test"]);
    expect(await hosts("b.test")).toEqual(["c.test"]);
  });

  it("is recent by what was last heard of it, either way, and the most recent come first", async () => {
    const store = await open();
    for (const host of ["seen.test", "sent.test", "both.test", "old.test", "never.test"])
      await discover(store, host);
    await store.write(async (tx) => {
      await markPeerSeen(tx, "seen.test", 5_000);
      await markPeerSuccess(tx, "sent.test", 6_000);
      await markPeerSeen(tx, "both.test", 100);
      await markPeerSuccess(tx, "both.test", 7_000);
      await markPeerSeen(tx, "old.test", 4_999);
      await markPeerSeen(tx, "stranger.test", 9_000);
    });
    expect(await listRecentPeers(store.read, 5_000, 10)).toEqual(["both.test", "sent.test", "seen.test"]);
    expect(await listRecentPeers(store.read, 5_000, 1)).toEqual(["both.test"]);
    expect(await findPeer(store.read, "stranger.test")).toBeUndefined();
  });

  it("that nothing was delivered to is one of so many that were heard of last; friends and the blocked stay", async () => {
    const store = await open();
    const names = ["blocked", "friend", "old", "seen", "newer", "newest"];
    await store.write(async (tx) => {
      for (const [at, name] of names.entries())
        await saveDiscovery(tx, { ...discovery, host: `${name}.test`, fetchedAt: 1_000 + at });
      await setPeerPolicy(tx, "blocked.test", "block", 1_000);
      await markPeerSuccess(tx, "friend.test", 1_000);
      await markPeerSeen(tx, "seen.test", 2_000);
    });
    const leave = (most: number) => store.write((tx) => deleteStrangersBeyond(tx, most));
    const hosts = async () => (await listPeers(store.read, "", 10)).map(({ host }) => host);
    expect(await leave(4)).toBe(0);
    expect(await leave(2)).toBe(2);
    expect(await hosts()).toEqual(["blocked.test", "friend.test", "newest.test", "seen.test"]);
    expect(await leave(0)).toBe(2);
    expect(await hosts()).toEqual(["blocked.test", "friend.test"]);
  });
});

eachStore("a host's backoff", (open) => {
  it("is kept with its beginning until the host is back", async () => {
    const store = await open();
    const first = { host: "b.test", failureCount: 1, notBefore: 5_000, since: 1_000, problem: "no answer" };
    await store.write((tx) => saveBackoff(tx, first));
    expect(await findBackoff(store.read, "b.test")).toEqual(first);
    const later = { ...first, failureCount: 2, notBefore: 9_000, since: 8_000, problem: "503" };
    await store.write((tx) => saveBackoff(tx, later));
    await store.write((tx) => saveBackoff(tx, { ...first, host: "a.test" }));
    const kept = { ...later, since: 1_000 };
    expect(await listBackoffs(store.read)).toEqual([{ ...first, host: "a.test" }, kept]);
    await store.write((tx) => deleteBackoff(tx, "b.test"));
    expect(await findBackoff(store.read, "b.test")).toBeUndefined();
    expect(await listBackoffs(store.read)).toHaveLength(1);
  });
});

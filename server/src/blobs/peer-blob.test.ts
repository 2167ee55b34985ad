import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openGrant } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { announce } from "./access.ts";
import { headBlob, putBlob } from "./account-blob.ts";
import { blobLimits } from "./limits.ts";
import { headPeerBlob, putPeerBlob } from "./peer-blob.ts";
import { content, inPieces, trialBlobs, upload } from "./trial-blobs.ts";

const now = Date.UTC(2026, 10, 24);
const plan = content("The plan, in full.");
const named = { hash: plan.hash, size: plan.bytes.length };

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-blobs-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const problem = (code: string) => ({ problem: { code } });
const announced = (store: Store, host: string, ...blobs: { hash: string; size: number }[]) =>
  store.write((tx) => announce(tx, host, blobs, now));

eachStore("a peer's blob", (open) => {
  it("is taken from the host that has announced it, and from no other", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await announced(store, "b.test", named);
    await expect(putPeerBlob(ctx, { host: "c.test", ...upload(plan) })).rejects.toMatchObject(
      problem("forbidden"),
    );
    const answer = await putPeerBlob(ctx, { host: "b.test", ...upload(plan) });
    expect(answer).toEqual({ hash: plan.hash, size: plan.bytes.length });
    expect(await headPeerBlob(ctx, { host: "b.test", hash: plan.hash })).toEqual(answer);
    await expect(headPeerBlob(ctx, { host: "c.test", hash: plan.hash })).rejects.toMatchObject(
      problem("notFound"),
    );
  });

  it("has the same answer when it comes again because the first answer was lost", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await announced(store, "b.test", named);
    const first = await putPeerBlob(ctx, { host: "b.test", ...upload(plan) });
    expect(await putPeerBlob(ctx, { host: "b.test", ...upload(plan) })).toEqual(first);
  });

  it("must have the announced size, and each size that some message announces is taken as announced", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await announced(store, "b.test", { hash: plan.hash, size: 7 });
    await expect(putPeerBlob(ctx, { host: "b.test", ...upload(plan) })).rejects.toMatchObject(
      problem("blobMismatch"),
    );
    const short = { hash: plan.hash, sizeBytes: 7, body: inPieces(plan.bytes.subarray(0, 7)) };
    await expect(putPeerBlob(ctx, { host: "b.test", ...short })).rejects.toMatchObject(
      problem("blobMismatch"),
    );
    await announced(store, "b.test", named);
    await putPeerBlob(ctx, { host: "b.test", ...upload(plan) });
  });

  it("must have the bytes of its hash", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await announced(store, "b.test", named);
    const forged = { ...upload(plan), body: inPieces(content("The flan, in full.").bytes) };
    await expect(putPeerBlob(ctx, { host: "b.test", ...forged })).rejects.toMatchObject(
      problem("blobMismatch"),
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it("is not known to a host by its hash: HEAD tells only what that host has brought itself (C7)", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await putBlob(ctx, { accountId: 11, ...upload(plan) });
    await announced(store, "b.test", named);
    const asked = headPeerBlob(ctx, { host: "b.test", hash: plan.hash });
    await expect(asked).rejects.toMatchObject(problem("notFound"));
    await putPeerBlob(ctx, { host: "b.test", ...upload(plan) });
    await headPeerBlob(ctx, { host: "b.test", hash: plan.hash });
  });

  it("gives accounts of this server nothing, before a message brings it to them", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    await announced(store, "b.test", named);
    await putPeerBlob(ctx, { host: "b.test", ...upload(plan) });
    await expect(headBlob(ctx, { accountId: 11, hash: plan.hash })).rejects.toMatchObject(
      problem("notFound"),
    );
  });

  it("is refused when too much of its host waits, and other hosts are not held up by that", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    const holder = { kind: "host", host: "b.test" } as const;
    const sizeBytes = blobLimits.openBytesPerHost;
    await store.write((tx) =>
      openGrant(tx, { holder, hash: content("waiting").hash, sizeBytes, expiresAt: now + 1 }),
    );
    await announced(store, "b.test", named);
    await announced(store, "c.test", named);
    await expect(putPeerBlob(ctx, { host: "b.test", ...upload(plan) })).rejects.toMatchObject(
      problem("rateLimited"),
    );
    await putPeerBlob(ctx, { host: "c.test", ...upload(plan) });
  });

  it("is not asked for when its message names more than a host may bring, or the host has named too many", async () => {
    const store = await open();
    const chunks = Array.from({ length: 513 }, (_, index) => ({
      hash: content(`chunk ${index}`).hash,
      size: 8 * 1024 * 1024,
    }));
    expect(await announced(store, "b.test", ...chunks)).toMatchObject({ code: "tooLarge", retry: "never" });
    const many = Array.from({ length: blobLimits.announcementsPerHost }, (_, index) => ({
      hash: content(`small ${index}`).hash,
      size: 1,
    }));
    expect(await announced(store, "b.test", ...many)).toBeUndefined();
    expect(await announced(store, "b.test", named)).toMatchObject({ code: "rateLimited", retry: "later" });
    expect(await announced(store, "b.test", ...many.slice(0, 3))).toBeUndefined();
    expect(await announced(store, "c.test", named)).toBeUndefined();
  });
});

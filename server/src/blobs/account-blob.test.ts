import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findBlobSize, openGrant } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import { useBlobs } from "./access.ts";
import { getBlob, headBlob, putBlob } from "./account-blob.ts";
import { blobPath } from "./blob-path.ts";
import { blobLimits } from "./limits.ts";
import { openBlobForPeer } from "./peer-blob.ts";
import { changed, content, inPieces, readAll, trialBlobs, upload } from "./trial-blobs.ts";

const alice = 11;
const bob = 22;
const letter = content("Dear Bob, here is the plan.");
const hour = 3_600_000;

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-blobs-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const problem = (code: string) => ({ problem: { code } });
const temporaries = async () => (await readdir(folder)).filter((name) => name.endsWith(".tmp"));

eachStore("an account's blob", (open) => {
  it("is on disk under its hash when the upload is answered, and comes back byte for byte", async () => {
    const ctx = trialBlobs(await open(), folder);
    const answer = await putBlob(ctx, { accountId: alice, ...upload(letter) });
    expect(answer).toEqual({ hash: letter.hash, size: letter.bytes.length });
    const path = join(folder, letter.hash.slice(0, 2), letter.hash);
    expect(await readFile(path)).toEqual(Buffer.from(letter.bytes));
    expect(await headBlob(ctx, { accountId: alice, hash: letter.hash })).toEqual(answer);
    const { size, body } = await getBlob(ctx, { accountId: alice, hash: letter.hash });
    expect([size, await readAll(body)]).toEqual([letter.bytes.length, "Dear Bob, here is the plan."]);
    const sent = await openBlobForPeer(ctx, letter.hash);
    expect(sent?.sizeBytes).toBe(letter.bytes.length);
    expect(await readAll(sent?.body ?? inPieces(new Uint8Array()))).toBe("Dear Bob, here is the plan.");
    expect(await temporaries()).toEqual([]);
  });

  it("may be empty, and may come without its size", async () => {
    const ctx = trialBlobs(await open(), folder);
    const empty = content("");
    expect(await putBlob(ctx, { accountId: alice, ...upload(empty) })).toEqual({ hash: empty.hash, size: 0 });
    const unsaid = { ...upload(letter), sizeBytes: undefined };
    expect(await putBlob(ctx, { accountId: alice, ...unsaid })).toEqual({ hash: letter.hash, size: 27 });
  });

  it("holds no file open before it is read, and none after a reader has gone", async () => {
    let opened = 0;
    let closed = 0;
    const ctx = trialBlobs(await open(), folder, {
      wrap: (files) =>
        changed(files, {
          async stream(path) {
            const stream = await files.stream(path);
            opened++;
            return (async function* () {
              try {
                yield* stream ?? [];
              } finally {
                closed++;
              }
            })();
          },
        }),
    });
    await putBlob(ctx, { accountId: alice, ...upload(letter) });
    const { body } = await getBlob(ctx, { accountId: alice, hash: letter.hash });
    const sent = await openBlobForPeer(ctx, letter.hash);
    expect([opened, closed]).toEqual([0, 0]);
    for await (const piece of body) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    for await (const piece of sent?.body ?? []) expect(piece.length).toBeGreaterThan(0);
    expect([opened, closed]).toEqual([2, 2]);
  });

  it("has the same answer when it is uploaded again, without being written anew", async () => {
    const effects: string[] = [];
    const ctx = trialBlobs(await open(), folder, { effect: (name) => effects.push(name) });
    const first = await putBlob(ctx, { accountId: alice, ...upload(letter) });
    effects.length = 0;
    expect(await putBlob(ctx, { accountId: alice, ...upload(letter) })).toEqual(first);
    expect(effects.filter((name) => name.startsWith("file."))).toEqual([]);
  });

  it("is written anew when its file was lost", async () => {
    const ctx = trialBlobs(await open(), folder);
    await putBlob(ctx, { accountId: alice, ...upload(letter) });
    await rm(blobPath(folder, letter.hash));
    await expect(getBlob(ctx, { accountId: alice, hash: letter.hash })).rejects.toThrow("is lost");
    expect(await openBlobForPeer(ctx, letter.hash)).toBeUndefined();
    await putBlob(ctx, { accountId: alice, ...upload(letter) });
    expect(await readAll((await getBlob(ctx, { accountId: alice, hash: letter.hash })).body)).toContain(
      "plan",
    );
  });

  it.each([
    ["other bytes", { body: inPieces(content("Dear Bob, here is the flan.").bytes) }],
    ["a byte too few", { body: inPieces(letter.bytes.subarray(1)) }],
    ["a byte too many", { body: inPieces(content("Dear Bob, here is the plan.!").bytes) }],
    ["another size announced", { sizeBytes: 26 }],
    ["a hash of something else", { hash: content("else").hash }],
  ])("is refused with %s, and nothing of it stays", async (_, change) => {
    const ctx = trialBlobs(await open(), folder);
    const given = { accountId: alice, ...upload(letter), ...change };
    await expect(putBlob(ctx, given)).rejects.toMatchObject(problem("blobMismatch"));
    await expect(headBlob(ctx, given)).rejects.toMatchObject(problem("notFound"));
    expect(await readdir(folder)).toEqual([]);
  });

  it("is verified also when the account has it already: a faulty body is never answered with success", async () => {
    const ctx = trialBlobs(await open(), folder);
    await putBlob(ctx, { accountId: alice, ...upload(letter) });
    const faulty = { ...upload(letter), body: inPieces(content("Dear Bob, here is the flan.").bytes) };
    await expect(putBlob(ctx, { accountId: alice, ...faulty })).rejects.toMatchObject(
      problem("blobMismatch"),
    );
    expect(await readFile(blobPath(folder, letter.hash), "utf8")).toContain("plan");
  });

  it("leaves nothing when the connection is cut", async () => {
    const ctx = trialBlobs(await open(), folder);
    async function* cut() {
      yield letter.bytes.subarray(0, 10);
      throw new Error("cut");
    }
    await expect(putBlob(ctx, { accountId: alice, ...upload(letter), body: cut() })).rejects.toThrow("cut");
    expect(await readdir(folder)).toEqual([]);
    await expect(headBlob(ctx, { accountId: alice, hash: letter.hash })).rejects.toMatchObject(
      problem("notFound"),
    );
    expect(ctx.uploads.sizeBytes).toBe(0);
  });

  it.each([
    [limits.blobBytes + 1, "tooLarge"],
    [Number.NaN, "badHeader"],
    [-1, "badHeader"],
    [1.5, "badHeader"],
  ])("is refused by an announced size of %d before its body is read", async (sizeBytes, code) => {
    const ctx = trialBlobs(await open(), folder);
    let isRead = false;
    async function* body() {
      isRead = true;
      yield letter.bytes;
    }
    const given = { accountId: alice, hash: letter.hash, sizeBytes, body: body() };
    await expect(putBlob(ctx, given)).rejects.toMatchObject(problem(code));
    expect(isRead).toBe(false);
  });

  it("is cut off at the most a blob may have when it says no size", async () => {
    const ctx = trialBlobs(await open(), folder);
    let given = 0;
    async function* endless() {
      const piece = new Uint8Array(1024 * 1024);
      while (true) {
        given += piece.length;
        yield piece;
      }
    }
    const long = { accountId: alice, hash: letter.hash, sizeBytes: undefined, body: endless() };
    await expect(putBlob(ctx, long)).rejects.toMatchObject(problem("tooLarge"));
    expect(given).toBeLessThanOrEqual(limits.blobBytes + 1024 * 1024);
    expect(await readdir(folder)).toEqual([]);
  });

  it("is stored once by many uploads at the same time, each of which is answered", async () => {
    const ctx = trialBlobs(await open(), folder);
    const accounts = [alice, bob, alice, bob, 33, alice, 44, alice];
    const answers = await Promise.all(
      accounts.map((accountId) => putBlob(ctx, { accountId, ...upload(letter) })),
    );
    expect(new Set(answers.map(({ hash }) => hash))).toEqual(new Set([letter.hash]));
    for (const accountId of accounts) {
      expect(await readAll((await getBlob(ctx, { accountId, hash: letter.hash })).body)).toContain("plan");
    }
    expect(await readdir(join(folder, letter.hash.slice(0, 2)))).toEqual([letter.hash]);
    expect(await temporaries()).toEqual([]);
    expect(ctx.uploads.sizeBytes).toBe(0);
  });

  it("is refused with 507 before anything is written when the disk is nearly full", async () => {
    const freeBytes = blobLimits.reserveBytes + letter.bytes.length - 1;
    const store = await open();
    const ctx = trialBlobs(store, folder, { freeBytes });
    const full = { problem: { code: "storageFull", status: 507, retry: "later" } };
    await expect(putBlob(ctx, { accountId: alice, ...upload(letter) })).rejects.toMatchObject(full);
    expect(await readdir(folder)).toEqual([]);
    const enough = trialBlobs(store, folder, { freeBytes: freeBytes + 1 });
    await putBlob(enough, { accountId: alice, ...upload(letter) });
  });

  it.each(["ENOSPC", "EDQUOT"])(
    "is refused with 507 when the disk fills while it is written: %s",
    async (code) => {
      const store = await open();
      const ctx = trialBlobs(store, folder, {
        wrap: (files) =>
          changed(files, {
            async createTemporary(path) {
              const file = await files.createTemporary(path);
              const write = () => Promise.reject(Object.assign(new Error("no room"), { code }));
              return { write, commit: (to) => file.commit(to), discard: () => file.discard() };
            },
          }),
      });
      await expect(putBlob(ctx, { accountId: alice, ...upload(letter) })).rejects.toMatchObject({
        problem: { code: "storageFull", status: 507, retry: "later" },
      });
      expect(await readdir(folder)).toEqual([]);
      await putBlob(trialBlobs(store, folder), { accountId: alice, ...upload(letter) });
    },
  );

  it("counts uploads under way against the disk, so that many at once cannot fill it", async () => {
    const store = await open();
    const freeBytes = blobLimits.reserveBytes + 2 * limits.blobBytes;
    const ctx = trialBlobs(store, folder, { freeBytes });
    const unsaid = (text: string) => ({ ...upload(content(text)), sizeBytes: undefined });
    const results = await Promise.allSettled(
      ["a", "b", "c", "d"].map((text) => putBlob(ctx, { accountId: alice, ...unsaid(text) })),
    );
    expect(results.some(({ status }) => status === "rejected")).toBe(true);
    await putBlob(ctx, { accountId: alice, ...unsaid("e") });
  });

  it("is refused when too much waits for a message, until a message uses it or its time is over", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    const holder = { kind: "account", id: alice } as const;
    const waiting = content("waiting");
    const expiresAt = ctx.clock.now() + hour;
    const sizeBytes = blobLimits.openBytesPerAccount;
    await store.write((tx) => openGrant(tx, { holder, hash: waiting.hash, sizeBytes, expiresAt }));
    await expect(putBlob(ctx, { accountId: alice, ...upload(letter) })).rejects.toMatchObject({
      problem: { code: "rateLimited", retry: "later", retryAfterS: 3600 },
    });
    await putBlob(ctx, { accountId: bob, ...upload(letter) });
    await store.write((tx) => useBlobs(tx, holder, [{ hash: waiting.hash, size: sizeBytes }]));
    await putBlob(ctx, { accountId: alice, ...upload(letter) });
  });

  it("counts as 256 KiB when it is smaller, so that tiny ones cannot pile up without end", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder);
    const holder = { kind: "account", id: alice } as const;
    const { openBytesPerAccount, leastOpenBytes } = blobLimits;
    const expiresAt = ctx.clock.now() + hour;
    const wait = (text: string, sizeBytes: number) =>
      store.write((tx) => openGrant(tx, { holder, hash: content(text).hash, sizeBytes, expiresAt }));
    await wait("large", openBytesPerAccount - 2 * leastOpenBytes);
    await wait("tiny", 1);
    await putBlob(ctx, { accountId: alice, ...upload(letter) });
    await wait("tiny too", 1);
    await expect(putBlob(ctx, { accountId: alice, ...upload(content("more")) })).rejects.toMatchObject(
      problem("rateLimited"),
    );
  });

  it("has no row before it has its file: an upload that fails to be stored is nowhere", async () => {
    const store = await open();
    const ctx = trialBlobs(store, folder, {
      effect(name) {
        if (name === "file.rename") throw new Error("disk");
      },
    });
    await expect(putBlob(ctx, { accountId: alice, ...upload(letter) })).rejects.toThrow("disk");
    expect(await findBlobSize(store.read, letter.hash)).toBeUndefined();
    await expect(headBlob(ctx, { accountId: alice, hash: letter.hash })).rejects.toMatchObject(
      problem("notFound"),
    );
  });
});

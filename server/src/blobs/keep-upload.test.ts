import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blobsOfFile, limits } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eachStore } from "../store/each-store.ts";
import { findFile } from "./find-file.ts";
import { readFile } from "./keep-file.ts";
import { keepUpload } from "./keep-upload.ts";
import { sweepBlobs } from "./sweep.ts";
import { inPieces, type TrialBlobs, trialBlobs } from "./trial-blobs.ts";

const alice = 11;
const bob = 22;
const day = 24 * 3_600_000;
const mostBytes = 3 * limits.blobBytes;

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-keep-upload-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const bytesOf = (size: number) => Uint8Array.from(Buffer.alloc(size, "posthorn "));
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const file = (size: number, sizeBytes: number | undefined = size) => ({
  accountId: alice,
  sizeBytes,
  mostBytes,
  body: inPieces(bytesOf(size), 1_000_003),
});

async function readWhole(room: TrialBlobs, hash: string): Promise<Buffer | undefined> {
  const found = await findFile(room.store.read, alice, hash);
  if (found === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of readFile(room, found)) pieces.push(piece);
  return Buffer.concat(pieces);
}

eachStore("a file uploaded in one piece", (open) => {
  it.each([0, 1, limits.blobBytes, limits.blobBytes + 1, 2 * limits.blobBytes])(
    "of %i bytes is named as a message names it, and is its account's alone",
    async (size) => {
      const room = trialBlobs(await open(), folder);
      const kept = await keepUpload(room, file(size));
      const bytes = bytesOf(size);
      const chunks = blobsOfFile(kept);
      expect(kept).toMatchObject({ hash: hashOf(bytes), size });
      expect(kept.chunks === undefined).toBe(size <= limits.blobBytes);
      expect(chunks.map(({ hash }) => hash)).toEqual(
        chunks.map((_, at) => hashOf(bytes.subarray(at * limits.blobBytes, (at + 1) * limits.blobBytes))),
      );
      expect((await readWhole(room, kept.hash))?.equals(bytes)).toBe(true);
      expect(await findFile(room.store.read, alice, kept.hash)).toEqual(kept);
      expect(await findFile(room.store.read, bob, kept.hash)).toBeUndefined();
    },
  );

  it("is there for a day, and for another when it comes again", async () => {
    const room = trialBlobs(await open(), folder);
    const { hash } = await keepUpload(room, file(limits.blobBytes + 1));
    await room.clock.advance(day / 2);
    await keepUpload(room, file(limits.blobBytes + 1, undefined));
    await room.clock.advance(day - 1);
    await sweepBlobs(room);
    expect(await readWhole(room, hash)).toHaveLength(limits.blobBytes + 1);
    await room.clock.advance(1);
    await sweepBlobs(room);
    expect(await readWhole(room, hash)).toBeUndefined();
  });

  it("is refused beyond what is taken, announced or not, and when other bytes come than were announced", async () => {
    const room = trialBlobs(await open(), folder);
    const refused = (code: string) => ({ problem: { code } });
    await expect(keepUpload(room, file(mostBytes + 1))).rejects.toMatchObject(refused("tooLarge"));
    await expect(keepUpload(room, { ...file(mostBytes + 1), sizeBytes: undefined })).rejects.toMatchObject(
      refused("tooLarge"),
    );
    await expect(keepUpload(room, file(9, 10))).rejects.toMatchObject(refused("blobMismatch"));
    expect(room.uploads.sizeBytes).toBe(0);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("is refused while too much of its account's waits for a message, or the disk is nearly full", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const leave = room.uploads.enter({ kind: "account", id: alice }, 4 * 1024 ** 3);
    await expect(keepUpload(room, file(1))).rejects.toMatchObject({ problem: { code: "rateLimited" } });
    leave();
    const full = trialBlobs(store, folder, { freeBytes: 512 * 1024 ** 2 });
    await expect(keepUpload(full, file(1))).rejects.toMatchObject({ problem: { code: "storageFull" } });
  });

  it("that ends in the middle leaves nothing that can be named", async () => {
    const room = trialBlobs(await open(), folder);
    async function* cut() {
      yield bytesOf(limits.blobBytes);
      yield bytesOf(5);
      throw new Error("the client has gone");
    }
    const input = { accountId: alice, sizeBytes: undefined, mostBytes, body: cut() };
    await expect(keepUpload(room, input)).rejects.toThrow("the client has gone");
    const whole = hashOf(Buffer.concat([bytesOf(limits.blobBytes), bytesOf(5)]));
    expect(await findFile(room.store.read, alice, whole)).toBeUndefined();
    expect(room.uploads.sizeBytes).toBe(0);
  });
});

import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits, type SealedAttachment } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findBlobSize } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import { useBlobs } from "./access.ts";
import { headBlob } from "./account-blob.ts";
import { blobPath } from "./blob-path.ts";
import { keepFile, readFile } from "./keep-file.ts";
import { sweepBlobs } from "./sweep.ts";
import { inPieces, type TrialBlobs, trialBlobs } from "./trial-blobs.ts";

const day = 24 * 3_600_000;

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-keep-file-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const bytesOf = (size: number) => Uint8Array.from(Buffer.alloc(size, "posthorn "));
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A file of this size, made in pieces as sealing makes them. */
const made = (sizeBytes: number, pieces = bytesOf(sizeBytes)) => ({
  sizeBytes,
  body: inPieces(pieces, 16_400),
});

async function bytesHere(room: TrialBlobs, file: SealedAttachment): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readFile(room, file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function namesOnDisk(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []));
}

eachStore("a file that the server makes", (open) => {
  it.each([1, 16_400, 600_000, limits.blobBytes])(
    "of %i bytes is one blob, named by its hash",
    async (size) => {
      const room = trialBlobs(await open(), folder);
      const file = await keepFile(room, made(size));
      expect(file).toEqual({ hash: hashOf(bytesOf(size)), size });
      expect((await bytesHere(room, file)).equals(bytesOf(size))).toBe(true);
      expect(await findBlobSize(room.store.read, file.hash)).toBe(size);
    },
  );

  it("that is larger than a blob may be has chunks, as an attachment names them", async () => {
    const room = trialBlobs(await open(), folder);
    const size = limits.blobBytes + 1;
    const bytes = bytesOf(size);
    const file = await keepFile(room, made(size));
    const chunks = [bytes.subarray(0, limits.blobBytes), bytes.subarray(limits.blobBytes)].map(hashOf);
    expect(file).toEqual({ hash: hashOf(bytes), size, chunks });
    expect((await bytesHere(room, file)).equals(bytes)).toBe(true);
  });

  it("is nobody's, and is swept after a day when no message has it by then", async () => {
    const room = trialBlobs(await open(), folder);
    const { hash, size } = await keepFile(room, made(100));
    const asked = headBlob(room, { accountId: 1, hash });
    await expect(asked).rejects.toMatchObject({ problem: { code: "notFound" } });
    await room.clock.advance(day - 1);
    await sweepBlobs(room);
    expect(await findBlobSize(room.store.read, hash)).toBe(size);
    await room.clock.advance(1);
    await sweepBlobs(room);
    expect(await namesOnDisk()).toEqual([]);
  });

  it("is not kept any longer by the server when a message has used it", async () => {
    const room = trialBlobs(await open(), folder);
    const file = await keepFile(room, made(100));
    await room.store.write((tx) => useBlobs(tx, { kind: "server" }, [file]));
    await sweepBlobs(room);
    expect(await namesOnDisk()).toEqual([]);
  });

  it("that turns out shorter or longer than was said is none", async () => {
    const room = trialBlobs(await open(), folder);
    for (const [came, sentence] of [
      [99, "a file ended early"],
      [101, "a file went on behind its end"],
    ] as const) {
      await expect(keepFile(room, made(100, bytesOf(came)))).rejects.toThrow(sentence);
    }
    expect((await namesOnDisk()).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("ends what makes it when the disk is too full for it", async () => {
    const reserve = 512 * 1024 ** 2;
    const room = trialBlobs(await open(), folder, { freeBytes: reserve + 99 });
    const { body } = made(100);
    await expect(keepFile(room, { sizeBytes: 100, body })).rejects.toMatchObject({
      problem: { code: "storageFull" },
    });
    expect(await body.next()).toEqual({ done: true, value: undefined });
    expect(room.uploads.sizeBytes).toBe(0);
    await keepFile(room, made(99));
  });
});

eachStore("a file read from its blobs", (open) => {
  it("is not one with a blob that is lost, or is not what its name says", async () => {
    const room = trialBlobs(await open(), folder);
    const file = await keepFile(room, made(100));
    await writeFile(blobPath(folder, file.hash), bytesOf(99));
    await expect(bytesHere(room, file)).rejects.toThrow(`the file of blob ${file.hash} is damaged`);
    await rm(blobPath(folder, file.hash));
    await expect(bytesHere(room, file)).rejects.toThrow(`the file of blob ${file.hash} is lost`);
  });
});

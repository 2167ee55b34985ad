/**
 * Files whole, by this server itself: read from their blobs, and written as blobs that it makes of others' bytes, each put
 * in its place as an upload is (keep-blob.ts). Nothing of a file is in memory but what is at hand.
 */
import { createHash, type Hash } from "node:crypto";
import { blobsOfFile, limits, type SealedAttachment } from "@posthorn/protocol";
import type { Files } from "../env/env.ts";
import type { Holder } from "../store/blob-store.ts";
import { blobPath } from "./blob-path.ts";
import { type KeepContext, placeBlob, refuseOnFullDisk, withTemporary } from "./keep-blob.ts";
import { openFile } from "./open-file.ts";

/** What is written at a time: each write has its way to the disk and back. */
const blockBytes = 512 * 1024;

/** As whom the server holds what it has made: no upload of anybody's counts with it, and nobody can name it. */
const server: Holder = { kind: "server" };

/**
 * A file's bytes as they are here, from its first to its last. Throws Error when one of its blobs is lost, or is not what
 * its name says: who reads all of it has what the file's sender has sent.
 */
export async function* readFile(
  { files, folder }: { files: Pick<Files, "sizeBytes" | "stream">; folder: string },
  file: SealedAttachment,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { hash } of blobsOfFile(file)) {
    const body = await openFile(files, blobPath(folder, hash));
    if (body === undefined) throw new Error(`the file of blob ${hash} is lost`);
    const digest = createHash("sha256");
    for await (const piece of body) {
      digest.update(piece);
      yield piece;
    }
    if (digest.digest("hex") !== hash) throw new Error(`the file of blob ${hash} is damaged`);
  }
}

/**
 * Keeps a file of `sizeBytes`, at least one, that this server makes, as blobs that no sweep takes for a day; resolves when
 * all are on stable storage, to what names it in a message. Throws ProblemError `storageFull`, Error when another number of
 * bytes comes, and whatever making them throws; what was kept by then is swept after that day.
 */
export async function keepFile(
  ctx: KeepContext,
  { sizeBytes, body }: { sizeBytes: number; body: AsyncIterable<Uint8Array> },
): Promise<SealedAttachment> {
  const leave = ctx.uploads.enter(server, sizeBytes);
  const parts = inParts(body, Math.min(sizeBytes, blockBytes));
  try {
    await ctx.files.makeFolder(ctx.folder);
    await refuseOnFullDisk(ctx);
    const whole = sizeBytes > limits.blobBytes ? createHash("sha256") : undefined;
    const hashes: string[] = [];
    for (let at = 0; at < sizeBytes; at += limits.blobBytes) {
      const partBytes = Math.min(limits.blobBytes, sizeBytes - at);
      hashes.push(await keepPart(ctx, partBytes, parts.next(partBytes), whole));
    }
    await parts.end();
    if (whole !== undefined) return { hash: whole.digest("hex"), size: sizeBytes, chunks: hashes };
    const [hash = ""] = hashes;
    return { hash, size: sizeBytes };
  } finally {
    await parts.close();
    leave();
  }
}

/** One blob; its hash. */
function keepPart(
  ctx: KeepContext,
  sizeBytes: number,
  blocks: AsyncIterable<Uint8Array>,
  whole: Hash | undefined,
): Promise<string> {
  return withTemporary(ctx, async (file) => {
    const digest = createHash("sha256");
    for await (const block of blocks) {
      digest.update(block);
      whole?.update(block);
      await file.write(block);
    }
    const hash = digest.digest("hex");
    await placeBlob(ctx, file, { holder: server, hash, sizeBytes });
    return hash;
  });
}

/** What comes, cut where its reader wants it; in blocks, each there until the next is asked for. */
function inParts(body: AsyncIterable<Uint8Array>, blockSize: number) {
  const pieces = body[Symbol.asyncIterator]();
  const buffer = new Uint8Array(blockSize);
  let rest: Uint8Array = new Uint8Array();

  const fill = async (block: Uint8Array) => {
    for (let filled = 0; filled < block.length; ) {
      if (rest.length === 0) {
        const next = await pieces.next();
        if (next.done) throw new Error("a file ended early");
        rest = next.value;
      }
      const taken = rest.subarray(0, block.length - filled);
      block.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
    }
  };

  return {
    /** The next so many bytes. Throws Error when there are fewer. */
    async *next(sizeBytes: number): AsyncGenerator<Uint8Array> {
      for (let left = sizeBytes; left > 0; ) {
        const block = buffer.subarray(0, left);
        await fill(block);
        left -= block.length;
        yield block;
      }
    },
    /** Throws Error when there is more. */
    async end(): Promise<void> {
      if (rest.length > 0 || !(await pieces.next()).done) throw new Error("a file went on behind its end");
    },
    close: async () => pieces.return?.(),
  };
}

/**
 * Files whole, by this server itself: read from their blobs, and written as blobs that it makes of others' bytes. Nothing
 * of either is in memory but the piece at hand.
 */
import { createHash, type Hash } from "node:crypto";
import { blobsOfFile, limits, type SealedAttachment } from "@posthorn/protocol";
import type { Files } from "../env/env.ts";
import type { Holder } from "../store/blob-store.ts";
import { blobPath } from "./blob-path.ts";
import { type KeepContext, placeBlob, refuseOnFullDisk, withTemporary } from "./keep-blob.ts";
import { openFile } from "./open-file.ts";

/** As whom the server holds what it has made: no upload of anybody's counts with it, and nobody can name it. */
export const server: Holder = { kind: "server" };

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
  const parts = inParts(body);
  try {
    await ctx.files.makeFolder(ctx.folder);
    await refuseOnFullDisk(ctx);
    const whole = createHash("sha256");
    const chunks: string[] = [];
    for (let at = 0; at < sizeBytes; at += limits.blobBytes) {
      const partBytes = Math.min(limits.blobBytes, sizeBytes - at);
      const part = partBytes === sizeBytes ? parts.next(partBytes) : hashed(whole, parts.next(partBytes));
      chunks.push(await keepPart(ctx, partBytes, part));
    }
    await parts.end();
    const [only = "", ...others] = chunks;
    if (others.length === 0) return { hash: only, size: sizeBytes };
    return { hash: whole.digest("hex"), size: sizeBytes, chunks };
  } finally {
    await parts.close();
    leave();
  }
}

/** One blob; its hash. */
function keepPart(ctx: KeepContext, sizeBytes: number, pieces: AsyncIterable<Uint8Array>): Promise<string> {
  return withTemporary(ctx, async (file) => {
    const digest = createHash("sha256");
    for await (const piece of hashed(digest, pieces)) await file.write(piece);
    const hash = digest.digest("hex");
    await placeBlob(ctx, file, { holder: server, hash, sizeBytes });
    return hash;
  });
}

async function* hashed(digest: Hash, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    digest.update(piece);
    yield piece;
  }
}

/** What comes, cut where its reader wants it. */
function inParts(body: AsyncIterable<Uint8Array>) {
  const pieces = body[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  return {
    /** The next so many bytes. Throws Error when there are fewer. */
    async *next(sizeBytes: number): AsyncGenerator<Uint8Array> {
      for (let left = sizeBytes; left > 0; ) {
        if (rest.length === 0) {
          const next = await pieces.next();
          if (next.done) throw new Error("a file ended early");
          rest = next.value;
        }
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
    /** Throws Error when there is more. */
    async end(): Promise<void> {
      if (rest.length > 0 || !(await pieces.next()).done) throw new Error("a file went on behind its end");
    },
    close: async () => pieces.return?.(),
  };
}

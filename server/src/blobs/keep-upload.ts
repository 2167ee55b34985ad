/**
 * A file uploaded in one piece by who does not know its hash beforehand (RFC 8620 §6.1): kept as the blobs that an
 * attachment of it has, each put in its place as an upload is (keep-blob.ts), so that it can be sent as it lies.
 */
import { createHash, type Hash } from "node:crypto";
import { fail, limits, type SealedAttachment } from "@posthorn/protocol";
import type { TemporaryFile } from "../env/env.ts";
import type { Holder } from "../store/blob-store.ts";
import { putUpload } from "../store/upload-store.ts";
import { type KeepContext, placeBlob, refuseWithoutRoom, withTemporary } from "./keep-blob.ts";
import { blobLimits } from "./limits.ts";

export interface UploadedFile {
  accountId: number;
  /** As announced; undefined when it was not. */
  sizeBytes: number | undefined;
  mostBytes: number;
  body: AsyncIterable<Uint8Array>;
}

/**
 * Takes a file; resolves when all of it is on stable storage, to what names it in a message. It is the account's for a
 * day, and as long as a message has it. Throws ProblemError `tooLarge`, `rateLimited` when the account has too much
 * that no message uses, `storageFull`, `blobMismatch` when another number of bytes comes than was announced, and
 * whatever reading the body throws.
 */
export async function keepUpload(ctx: KeepContext, file: UploadedFile): Promise<SealedAttachment> {
  const { accountId, sizeBytes, mostBytes } = file;
  if (sizeBytes !== undefined && sizeBytes > mostBytes) tooLarge(mostBytes);
  const holder: Holder = { kind: "account", id: accountId };
  const leave = ctx.uploads.enter(holder, sizeBytes ?? mostBytes);
  try {
    await ctx.files.makeFolder(ctx.folder);
    await refuseWithoutRoom(ctx, { holder, hash: "" });
    const kept = await keepChunks(ctx, holder, file);
    if (kept.chunks !== undefined) {
      const { hash, size, chunks } = kept;
      const expiresAt = ctx.clock.now() + blobLimits.waitMs;
      await ctx.store.write((tx) => putUpload(tx, { accountId, hash, sizeBytes: size, chunks, expiresAt }));
    }
    return kept;
  } finally {
    leave();
  }
}

async function keepChunks(
  ctx: KeepContext,
  holder: Holder,
  { sizeBytes, mostBytes, body }: UploadedFile,
): Promise<SealedAttachment> {
  const pieces = body[Symbol.asyncIterator]();
  const whole = createHash("sha256");
  const chunks: string[] = [];
  let size = 0;
  let rest: Uint8Array = new Uint8Array();
  const read = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const next = await pieces.next();
      if (next.done === true) return false;
      rest = next.value;
      size += rest.length;
      if (size > mostBytes) tooLarge(mostBytes);
    }
    return true;
  };
  const write = async (file: TemporaryFile, digest: Hash): Promise<number> => {
    let written = 0;
    while (written < limits.blobBytes && (await read())) {
      const piece = rest.subarray(0, limits.blobBytes - written);
      rest = rest.subarray(piece.length);
      written += piece.length;
      digest.update(piece);
      whole.update(piece);
      await file.write(piece);
    }
    return written;
  };
  try {
    do {
      const hash = await withTemporary(ctx, async (file) => {
        const digest = createHash("sha256");
        const written = await write(file, digest);
        const hash = digest.digest("hex");
        await placeBlob(ctx, file, { holder, hash, sizeBytes: written });
        return hash;
      });
      chunks.push(hash);
    } while (await read());
  } finally {
    await pieces.return?.();
  }
  if (sizeBytes !== undefined && size !== sizeBytes) {
    fail("blobMismatch", `${sizeBytes} bytes were announced and ${size} have come.`);
  }
  const hash = whole.digest("hex");
  return chunks.length === 1 ? { hash, size } : { hash, size, chunks };
}

function tooLarge(mostBytes: number): never {
  return fail("tooLarge", `A file that is uploaded whole has at most ${mostBytes} bytes here.`);
}

/**
 * One upload, the same for accounts and peers. The answer comes last, after five steps that each survive a crash
 * (reliability I1): the bytes in a temporary file, verified while they stream → an open grant, which holds the blob's
 * place (sweep.ts says why it comes first) → file synced, renamed, folder synced → the blob's row → the answer. So a
 * row always has its file, whenever the plug is pulled; and what is left behind before that is swept.
 *
 * Whether somebody else has the blob already plays no part: the same steps, the same answer, the same time (threats
 * C7). Only to a holder who has it by a grant of its own the file is not written anew, and even then the whole body is
 * read and must have the hash: knowing a hash never yields anything.
 */
import { createHash } from "node:crypto";
import { type BlobAnswer, fail, limits, ProblemError, problem } from "@posthorn/protocol";
import type { Clock, Files, TemporaryFile } from "../env/env.ts";
import {
  type Holder,
  holdFolders,
  insertBlob,
  openGrant,
  renewGrant,
  reopenGrant,
  sumOpenGrants,
} from "../store/blob-store.ts";
import type { Store } from "../store/sql.ts";
import { blobFolder, blobPath, isHash } from "./blob-path.ts";
import { blobLimits } from "./limits.ts";
import type { Uploads } from "./uploads.ts";

export interface KeepContext {
  store: Store;
  files: Files;
  clock: Clock;
  /** Of all blobs; made when it is not there. */
  folder: string;
  uploads: Uploads;
}

export interface Upload {
  holder: Exclude<Holder, { kind: "server" }>;
  hash: string;
  /** As announced in the request; undefined when it says nothing, and then any size that a blob may have is taken. */
  sizeBytes: number | undefined;
  body: AsyncIterable<Uint8Array>;
}

/**
 * Takes a blob and grants it to its holder; resolves when it is on stable storage. Throws ProblemError `badRequest` for
 * a name that is no hash, `tooLarge`, `rateLimited` when the holder has too much that no message uses, `storageFull`,
 * `blobMismatch` when the bytes are not those of the hash or the size, and whatever reading the body throws.
 */
export async function keepBlob(ctx: KeepContext, upload: Upload): Promise<BlobAnswer> {
  const mostBytes = checkNameAndSize(upload);
  const leave = ctx.uploads.enter(upload.holder, mostBytes);
  try {
    await ctx.files.makeFolder(ctx.folder);
    await refuseWithoutRoom(ctx, upload);
    const size = (await hasGrant(ctx, upload))
      ? await readVerified(upload, async () => undefined)
      : await store(ctx, upload);
    return { hash: upload.hash, size };
  } finally {
    leave();
  }
}

/** The most bytes the upload can have. */
function checkNameAndSize({ hash, sizeBytes }: Upload): number {
  if (!isHash(hash)) fail("badRequest", "A blob is named by its SHA-256 in 64 lower-case hex digits.");
  if (sizeBytes === undefined) return limits.blobBytes;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    fail("badHeader", "Content-Length is not a number of bytes.");
  }
  if (sizeBytes > limits.blobBytes) tooLarge();
  return sizeBytes;
}

/**
 * Throws ProblemError `rateLimited` when the holder has too much that no message uses, but for one blob, and
 * `storageFull`. Uploads under way count as if they were complete, so that many at once cannot pass together
 * (reliability I9, I11).
 */
export async function refuseWithoutRoom(
  ctx: KeepContext,
  { holder, hash }: Pick<Upload, "holder" | "hash">,
): Promise<void> {
  const open = await sumOpenGrants(ctx.store.read, holder, hash, blobLimits.leastOpenBytes);
  const most = holder.kind === "account" ? blobLimits.openBytesPerAccount : blobLimits.openBytesPerHost;
  if (open.sizeBytes + ctx.uploads.sizeBytesOf(holder) > most) {
    fail(
      "rateLimited",
      `${most} bytes of uploads wait for a message that uses them. Send the messages first.`,
      {
        retryAfterS: Math.max(1, (open.firstEndsAt - ctx.clock.now()) / 1000),
      },
    );
  }
  await refuseOnFullDisk(ctx);
}

/** Throws ProblemError `storageFull` when the disk would be too full with all that is under way. */
export async function refuseOnFullDisk({ files, folder, uploads }: KeepContext): Promise<void> {
  if ((await files.freeBytes(folder)) - uploads.sizeBytes < blobLimits.reserveBytes) throw diskFull();
}

/**
 * True when the holder has the blob by a grant of its own, which is then open and lasts longer than this upload. A file
 * that was lost (by a restore, say) is written anew.
 */
async function hasGrant(ctx: KeepContext, { holder, hash }: Upload): Promise<boolean> {
  const expiresAt = ctx.clock.now() + blobLimits.waitMs;
  const reopened = await ctx.store.write(async (tx) => {
    await holdFolders(tx, [hash]);
    return reopenGrant(tx, holder, hash, expiresAt);
  });
  return reopened && (await ctx.files.sizeBytes(blobPath(ctx.folder, hash))) !== undefined;
}

function store(ctx: KeepContext, upload: Upload): Promise<number> {
  const { holder, hash } = upload;
  return withTemporary(ctx, async (file) => {
    const sizeBytes = await readVerified(upload, (piece) => file.write(piece));
    await placeBlob(ctx, file, { holder, hash, sizeBytes });
    return sizeBytes;
  });
}

/** What is written to the file is gone unless it was placed. Throws ProblemError `storageFull`, and what `work` throws. */
export async function withTemporary<T>(
  ctx: KeepContext,
  work: (file: TemporaryFile) => Promise<T>,
): Promise<T> {
  const file = await ctx.files.createTemporary(ctx.folder);
  try {
    return await work(file);
  } catch (error) {
    await file.discard();
    throw isOutOfRoom(error) ? diskFull() : error;
  }
}

/** Makes a blob of a temporary file that has the hash and the size, and grants it; resolves when it is on stable storage. */
export async function placeBlob(
  ctx: KeepContext,
  file: TemporaryFile,
  { holder, hash, sizeBytes }: { holder: Holder; hash: string; sizeBytes: number },
): Promise<void> {
  await ctx.files.makeFolder(blobFolder(ctx.folder, hash));
  const placedBy = ctx.clock.now() + blobLimits.placingMs;
  const grantId = await ctx.store.write(async (tx) => {
    await holdFolders(tx, [hash]);
    return openGrant(tx, { holder, hash, sizeBytes, expiresAt: placedBy });
  });
  await file.commit(blobPath(ctx.folder, hash));
  const createdAt = ctx.clock.now();
  await ctx.store.write(async (tx) => {
    if (!(await renewGrant(tx, grantId, createdAt + blobLimits.waitMs))) {
      fail("unavailable", "The upload took too long to store. Send it again.", { retryAfterS: 1 });
    }
    await insertBlob(tx, { hash, sizeBytes, createdAt });
  });
}

/** Reads the body to its end, handing on each piece; its size, once hash and size are known to be the promised ones. */
async function readVerified(
  { hash, sizeBytes, body }: Upload,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<number> {
  const digest = createHash("sha256");
  let read = 0;
  for await (const piece of body) {
    read += piece.length;
    if (read > (sizeBytes ?? limits.blobBytes)) {
      if (sizeBytes === undefined) tooLarge();
      fail("blobMismatch", `More than the ${sizeBytes} bytes that were announced have come.`);
    }
    digest.update(piece);
    await take(piece);
  }
  if (sizeBytes !== undefined && read !== sizeBytes) {
    fail("blobMismatch", `${sizeBytes} bytes were announced and ${read} have come.`);
  }
  if (digest.digest("hex") !== hash)
    fail("blobMismatch", "The bytes do not have the hash they are named by.");
  return read;
}

/** Others write to the disk too, so it can fill in spite of the reserve (reliability I11). */
function isOutOfRoom(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

function diskFull(): ProblemError {
  const detail = "This server's disk is nearly full, so it takes no files. Try again later.";
  return new ProblemError(problem("storageFull", detail));
}

function tooLarge(): never {
  return fail("tooLarge", `A blob has at most ${limits.blobBytes} bytes. Send larger files in chunks.`);
}

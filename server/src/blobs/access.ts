/** What a message may refer to, decided in the transaction that writes the reference. */
import {
  attachmentsOf,
  type BlobRef,
  blobsOf,
  blobsOfFile,
  type Message,
  type Problem,
  problem,
  type SealedAttachment,
} from "@posthorn/protocol";
import {
  countAnnouncements,
  type Holder,
  holdFolders,
  insertAnnouncements,
  selectHeld,
  useGrants,
} from "../store/blob-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { isHash } from "./blob-path.ts";
import { blobLimits } from "./limits.ts";

export type { Holder } from "../store/blob-store.ts";

export type BlobCheck =
  | { ok: true }
  /** `missing` is what the holder has to upload first; empty when a size is wrong. */
  | { ok: false; missing: readonly BlobRef[]; problem: Problem };

/**
 * Whether a message of this holder may refer to the blobs it names: the holder has them all, and each has the size that
 * the message says. When it may, none of them is collected before the transaction ends (reliability I10).
 */
export async function checkBlobs(tx: Tx, holder: Holder, message: Message): Promise<BlobCheck> {
  const blobs = blobsOf(message);
  if (blobs.length === 0) return { ok: true };
  const hashes = blobs.map(({ hash }) => hash);
  await holdFolders(tx, hashes);
  const sizes = await selectHeld(tx, holder, hashes);
  const missing = blobs.filter(({ hash }) => !sizes.has(hash));
  if (missing.length > 0) {
    const which = missing.length === 1 ? "One file" : `${missing.length} files`;
    const detail = `${which} of this message must be uploaded first.`;
    const extra = { missing: missing.map(({ hash }) => hash), pointer: "/attachments" };
    return { ok: false, missing, problem: problem("blobsMissing", detail, extra) };
  }
  const wrong = attachmentsOf(message).findIndex((file) =>
    blobsOfFile(file).some(({ hash, size }) => sizes.get(hash) !== size),
  );
  if (wrong < 0) return { ok: true };
  const detail = "The size of this file is not the one that the message says.";
  const pointer = `/attachments/${wrong}/size`;
  return { ok: false, missing: [], problem: problem("blobMismatch", detail, { pointer }) };
}

/** As `checkBlobs`, before the transaction that decides: a look, after which everything may change. */
export async function hasBlobs(db: Db, holder: Holder, files: readonly SealedAttachment[]): Promise<boolean> {
  const blobs = files.flatMap(blobsOfFile);
  const sizes = await selectHeld(
    db,
    holder,
    blobs.map(({ hash }) => hash),
  );
  return blobs.every(({ hash, size }) => sizes.get(hash) === size);
}

/** Whether the blobs that this server has made are here still. When they are, none is collected before the transaction ends. */
export async function holdMade(tx: Tx, blobs: readonly BlobRef[]): Promise<boolean> {
  if (blobs.length === 0) return true;
  const hashes = blobs.map(({ hash }) => hash);
  await holdFolders(tx, hashes);
  return (await selectHeld(tx, { kind: "server" }, hashes)).size === blobs.length;
}

/** Size of a blob that is here and that the holder may use; undefined also for a text that names no blob. */
export async function findHeldSize(db: Db, holder: Holder, hash: string): Promise<number | undefined> {
  return isHash(hash) ? (await selectHeld(db, holder, [hash])).get(hash) : undefined;
}

/**
 * Lets a host upload what its message names; from then on `putPeerBlob` takes it. A problem instead when that is more
 * than this server takes of one message or of one host, and nothing was written.
 */
export async function announce(
  tx: Tx,
  host: string,
  blobs: readonly BlobRef[],
  now: number,
): Promise<Problem | undefined> {
  if (sumSizes(blobs) > blobLimits.openBytesPerHost) {
    return problem(
      "tooLarge",
      `The files of one message have at most ${blobLimits.openBytesPerHost} bytes here.`,
    );
  }
  const hashes = blobs.map(({ hash }) => hash);
  if ((await countAnnouncements(tx, host, hashes)) + blobs.length > blobLimits.announcementsPerHost) {
    return problem("rateLimited", `This server waits for too many files of ${host} already.`);
  }
  await insertAnnouncements(tx, host, blobs, now + blobLimits.waitMs);
  return undefined;
}

/** The message was taken: what it names no longer counts as uploaded for nothing. */
export async function useBlobs(tx: Tx, holder: Holder, blobs: readonly BlobRef[]): Promise<void> {
  await useGrants(
    tx,
    holder,
    blobs.map(({ hash }) => hash),
  );
}

/** What blobs have together. */
export function sumSizes(blobs: readonly BlobRef[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

/**
 * The files of a message that came in the open, sealed with the keys of its arrival (§100.12), so that from then on this
 * server cannot read them either. Each is read, padded and sealed as it passes; nothing of it is whole in memory.
 */
import { type ArrivalFiles, fileContext, padStream, sealedFileSize, sealStream } from "@posthorn/crypto";
import { attachmentsOf, limits, type Message, type SealedAttachment } from "@posthorn/protocol";
import type { KeepContext } from "../blobs/keep-blob.ts";
import { keepFile, readFile } from "../blobs/keep-file.ts";

/**
 * Files of a message that have more together are left as they came: sealing them for every recipient would take longer
 * than their sender waits.
 */
const mostBytes = 1024 ** 3;

/** The files of a message that are to be sealed when it comes in the open: all, or none. */
export function filesToSeal(message: Message): readonly SealedAttachment[] {
  const files = attachmentsOf(message);
  return files.reduce((sum, { size }) => sum + size, 0) > mostBytes ? [] : files;
}

/** What files will be when they are sealed, but for their hashes. */
export function planSealed(files: readonly SealedAttachment[]): SealedAttachment[] {
  const hash = "0".repeat(64);
  return files.map((file) => {
    const size = sealedFileSize(file.size);
    const count = Math.ceil(size / limits.blobBytes);
    return { hash, size, ...(count < 2 ? {} : { chunks: Array.from({ length: count }, () => hash) }) };
  });
}

/**
 * Seals files that are here for one account, one after the other; what stands in their place in the arrival. Throws as
 * `readFile` and `keepFile` do.
 */
export async function sealFiles(
  ctx: KeepContext,
  messageId: string,
  files: readonly SealedAttachment[],
  { fileKey }: ArrivalFiles,
): Promise<SealedAttachment[]> {
  const sealed: SealedAttachment[] = [];
  for (const [place, file] of files.entries()) {
    const padded = padStream(file.size, readFile(ctx, file));
    const body = sealStream(await fileKey(place), fileContext({ messageId, place }), padded);
    sealed.push(await keepFile(ctx, { sizeBytes: sealedFileSize(file.size), body }));
  }
  return sealed;
}

import type { FilePlace } from "@posthorn/crypto";
import { fail, limits, type SaidFile, type SealedAttachment } from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { hexOf } from "./hash-file.ts";
import type { Platform } from "./platform.ts";
import { type FileSeal, newFileSeal, sealFileSource } from "./sealed-file.ts";
import type { Source } from "./source.ts";
import { type UploadOptions, uploadHashed } from "./upload.ts";

export interface SealedUploadOptions extends UploadOptions, FilePlace {
  /** To go on with an upload of an earlier run. Without it the file is sealed with a new key. */
  seal?: FileSeal | undefined;
}

/** A file of a sealed message as it stands in the open, and as it is said inside (§100.6). */
export interface SealedFile {
  attachment: SealedAttachment;
  file: SaidFile;
}

/**
 * Uploads a file for a sealed message. Chunks the account has already are skipped, so after a stop the same call with the
 * same seal goes on where it was; a chunk that was cut is sent again. What arrives is the file as it was when the seal was
 * made, or nothing: no chunk is sent before it is known to be the same, for which one is held in memory. Progress counts
 * sealed bytes, which is what moves. Throws ProblemError `tooLarge`, `blobMismatch` when the file has changed, and
 * whatever a call throws; Error when the seal is for another place.
 */
export async function uploadSealedFile(
  api: Api,
  source: Source,
  options: SealedUploadOptions,
): Promise<SealedFile> {
  const { messageId, place, seal: kept, filename, mimeType, onHashed, ...transfer } = options;
  const where = { messageId, place };
  const seal =
    kept ??
    (await newFileSeal(api.platform, source, where, { signal: transfer.signal, onProgress: onHashed }));
  if (seal.messageId !== messageId || seal.place !== place) throw new Error("The seal is for another place.");
  if (source.sizeBytes !== seal.size) failAsChanged();
  const { key, size, attachment } = seal;
  const sealed = onlyAsSealed(api.platform, sealFileSource(source, seal, where), attachment);
  await uploadHashed(api, sealed, attachment, transfer);
  return {
    attachment,
    file: {
      hash: attachment.hash,
      size,
      key,
      ...(filename === undefined ? {} : { filename }),
      ...(mimeType === undefined ? {} : { mimeType }),
    },
  };
}

/** Gives a blob only when all of it is as it was hashed (sealFileSource says why). */
function onlyAsSealed(
  platform: Pick<Platform, "sha256">,
  sealed: Source,
  { hash, chunks }: SealedAttachment,
): Source {
  return {
    sizeBytes: sealed.sizeBytes,
    async *read(offset, length) {
      const blob = platform.sha256();
      const pieces: Uint8Array[] = [];
      for await (const piece of sealed.read(offset, length)) {
        blob.update(piece);
        pieces.push(piece);
      }
      const wanted = chunks === undefined ? hash : chunks[offset / limits.blobBytes];
      if (hexOf(blob.digest()) !== wanted) failAsChanged();
      yield* pieces;
    },
  };
}

function failAsChanged(): never {
  return fail("blobMismatch", "The file has changed since it was sealed. Send it again.");
}

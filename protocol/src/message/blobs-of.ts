import { limits } from "../limits.ts";
import type { Attachment, SealedAttachment } from "./attachment.ts";
import { isType, type Message } from "./message.ts";

export interface BlobRef {
  hash: string;
  /** Bytes of this blob, at most `limits.blobBytes`. */
  size: number;
}

/** The blobs a message needs, each once: a file's own bytes or, when it is larger than a blob may be, its chunks. */
export function blobsOf(message: Message): BlobRef[] {
  const found = new Map<string, BlobRef>();
  for (const attachment of attachmentsOf(message)) {
    for (const blob of blobsOfFile(attachment)) {
      if (!found.has(blob.hash)) found.set(blob.hash, blob);
    }
  }
  return [...found.values()];
}

/**
 * The files that go with a message. A field `attachments` on a type that has none is an unknown field like any other:
 * nobody has checked it, so it is not looked at.
 */
export function attachmentsOf(message: Message): readonly (Attachment | SealedAttachment)[] {
  if (isType(message, "recall") || isType(message, "receipt")) return [];
  if (
    isType(message, "reaction") ||
    isType(message, "calendar_reply") ||
    isType(message, "calendar_cancel")
  ) {
    return "seal" in message ? (message.attachments ?? []) : [];
  }
  return message.attachments ?? [];
}

/** The blobs of one file in order. Every chunk has `limits.blobBytes` bytes but the last, which has the rest. */
export function blobsOfFile(file: SealedAttachment): BlobRef[] {
  if (file.chunks === undefined) return [{ hash: file.hash, size: file.size }];
  const last = file.chunks.length - 1;
  return file.chunks.map((hash, index) => ({
    hash,
    size: index < last ? limits.blobBytes : file.size - last * limits.blobBytes,
  }));
}

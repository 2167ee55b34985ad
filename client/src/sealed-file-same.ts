import { findBase64Url, sealedFileSize, toBase64Url } from "@posthorn/crypto";
import { blobsOfFile, type SealedAttachment } from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { hashFile } from "./hash-file.ts";
import { sealFileSource } from "./sealed-file.ts";
import type { WantedFile } from "./sealed-file-download.ts";
import type { Source } from "./source.ts";
import { Unreachable } from "./unreachable.ts";

/** What sealed bytes begin with (§100.8). */
const saltBytes = 24;

/**
 * True when `source` is, byte for byte, the file of a sealed message. It is sealed again as its sender has done, for which
 * no more than the first bytes are fetched, and held against the hash that its sender has signed; nothing of it is sent.
 * Throws ProblemError `notFound` when the server no longer has the file, and whatever a call throws.
 */
export async function isSealedFile(api: Api, source: Source, wanted: WantedFile): Promise<boolean> {
  const { attachment, file } = wanted;
  if (source.sizeBytes !== file.size || attachment.size !== sealedFileSize(file.size)) return false;
  if (attachment.hash !== file.hash || findBase64Url(file.key)?.length !== 32) return false;
  const salt = toBase64Url(await fetchSalt(api, attachment));
  const sealed = sealFileSource(source, { key: file.key, salt }, wanted);
  return (await hashFile(api.platform, sealed)).hash === attachment.hash;
}

async function fetchSalt(api: Api, attachment: SealedAttachment): Promise<Uint8Array> {
  const [first] = blobsOfFile(attachment);
  const { body } = await api.exchange("getBlob", { params: { hash: first?.hash ?? attachment.hash } });
  const salt = new Uint8Array(saltBytes);
  let filled = 0;
  for await (const piece of body) {
    salt.set(piece.subarray(0, saltBytes - filled), filled);
    filled += piece.length;
    if (filled >= saltBytes) return salt;
  }
  throw new Unreachable("cut", new URL(api.endpoint).host);
}

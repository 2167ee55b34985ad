/** Blobs between servers: what a peer's message has announced may be uploaded by that peer, and nothing else. */
import { type BlobAnswer, fail } from "@posthorn/protocol";
import { findBlobSize, selectAnnouncedSizes } from "../store/blob-store.ts";
import { findHeldSize } from "./access.ts";
import { blobPath, isHash } from "./blob-path.ts";
import { type KeepContext, keepBlob } from "./keep-blob.ts";
import { openFile } from "./open-file.ts";

export type PeerBlobContext = KeepContext;

/**
 * Takes a blob from the host that has announced it. Throws `forbidden` when no message of that host names it,
 * `blobMismatch` when none names it with this size, and as `keepBlob` does.
 */
export async function putPeerBlob(
  ctx: PeerBlobContext,
  input: { host: string; hash: string; sizeBytes: number; body: AsyncIterable<Uint8Array> },
): Promise<BlobAnswer> {
  const { host, hash, sizeBytes, body } = input;
  const announced = isHash(hash) ? await selectAnnouncedSizes(ctx.store.read, host, hash) : [];
  if (announced.length === 0) {
    fail("forbidden", `No message of ${host} waits for this blob. Send the message first.`);
  }
  if (!announced.includes(sizeBytes)) {
    fail("blobMismatch", `The message says that this blob has ${announced.join(" or ")} bytes.`);
  }
  return keepBlob(ctx, { holder: { kind: "host", host }, hash, sizeBytes, body });
}

/**
 * Whether the host has brought this blob. Throws `notFound`, the same whether nobody or only somebody else has it
 * (threats C7).
 */
export async function headPeerBlob(
  ctx: Pick<PeerBlobContext, "store">,
  { host, hash }: { host: string; hash: string },
): Promise<BlobAnswer> {
  const size = await findHeldSize(ctx.store.read, { kind: "host", host }, hash);
  return size === undefined ? fail("notFound", `${host} has uploaded no such blob.`) : { hash, size };
}

/** For our own queue, which has a message that names the blob: its bytes from the start, undefined when it is not here. */
export async function openBlobForPeer(
  ctx: Pick<PeerBlobContext, "store" | "files" | "folder">,
  hash: string,
): Promise<{ sizeBytes: number; body: AsyncIterable<Uint8Array> } | undefined> {
  const sizeBytes = await findBlobSize(ctx.store.read, hash);
  if (sizeBytes === undefined) return undefined;
  const body = await openFile(ctx.files, blobPath(ctx.folder, hash));
  return body && { sizeBytes, body };
}

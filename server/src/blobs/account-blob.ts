/** Blobs as an account sees them: what it has uploaded, and what its messages hold. */
import { type BlobAnswer, fail } from "@posthorn/protocol";
import { findHeldSize } from "./access.ts";
import { blobPath } from "./blob-path.ts";
import { type KeepContext, keepBlob } from "./keep-blob.ts";
import { openFile } from "./open-file.ts";

export type BlobContext = KeepContext;

interface Of {
  accountId: number;
  hash: string;
}

export interface BlobStream {
  size: number;
  body: AsyncIterable<Uint8Array>;
}

/** Takes a blob for a message to be sent; resolves when it is on stable storage. Throws as `keepBlob` does. */
export function putBlob(
  ctx: BlobContext,
  input: Of & { sizeBytes: number | undefined; body: AsyncIterable<Uint8Array> },
): Promise<BlobAnswer> {
  const { accountId, hash, sizeBytes, body } = input;
  return keepBlob(ctx, { holder: { kind: "account", id: accountId }, hash, sizeBytes, body });
}

/** Throws `notFound`, the same whether nobody or only somebody else has the blob (threats C7). */
export async function headBlob(
  ctx: Pick<BlobContext, "store">,
  { accountId, hash }: Of,
): Promise<BlobAnswer> {
  const size = await findHeldSize(ctx.store.read, { kind: "account", id: accountId }, hash);
  return size === undefined ? fail("notFound", "You have no such blob.") : { hash, size };
}

/** The bytes from the start. Throws as `headBlob` does. */
export async function getBlob(
  ctx: Pick<BlobContext, "store" | "files" | "folder">,
  input: Of,
): Promise<BlobStream> {
  const { size } = await headBlob(ctx, input);
  const body = await openFile(ctx.files, blobPath(ctx.folder, input.hash));
  if (body === undefined) throw new Error(`the file of blob ${input.hash} is lost`);
  return { size, body };
}

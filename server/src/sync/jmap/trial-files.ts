/** For tests: accounts with files on a real disk, as clients of JMAP see them. */
import { keepUpload } from "../../blobs/keep-upload.ts";
import { type TrialBlobs, trialBlobs } from "../../blobs/trial-blobs.ts";
import { openAccount } from "../../objects/trial-mail.ts";
import type { Store } from "../../store/sql.ts";
import { formatBlobId } from "./blob-ids.ts";
import { coreLimits } from "./limits.ts";
import { blobOpener, firstBytes } from "./open-blob.ts";
import { callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";

export interface TrialFiles extends TrialJmap {
  accountId: number;
  room: TrialBlobs;
  /** Uploads a file; its blob id. */
  upload(bytes: Uint8Array | string): Promise<string>;
  /** All of a blob; undefined for what is none of the account's. */
  download(blobId: string): Promise<Buffer | undefined>;
}

export async function trialFiles(store: Store, folder: string, name: string): Promise<TrialFiles> {
  const accountId = await openAccount(store, name, 200_000_000);
  const room = trialBlobs(store, folder);
  const openBlob = blobOpener(room);
  const keep = (id: number, bytes: Uint8Array) =>
    keepUpload(room, {
      accountId: id,
      sizeBytes: bytes.length,
      mostBytes: coreLimits.maxSizeUpload,
      body: inOnePiece(bytes),
    });
  const { clock } = room;
  return {
    accountId,
    room,
    ...trialJmap(methodsOn(store, { openBlob, keepUpload: keep, clock }), callerOf(accountId)),
    async upload(given) {
      const { hash } = await keep(accountId, Buffer.from(given));
      return formatBlobId({ kind: "upload", hash });
    },
    async download(blobId) {
      const blob = await openBlob({ accountId, blobId });
      if (blob === undefined) return undefined;
      const bytes = Buffer.from(await firstBytes(blob.body, Number.MAX_SAFE_INTEGER));
      if (bytes.length !== blob.size)
        throw new Error(`${blobId} has ${bytes.length} bytes, not ${blob.size}`);
      return bytes;
    },
  };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

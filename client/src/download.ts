/** Files on their way from the server. */
import {
  type Attachment,
  type BlobRef,
  blobsOfFile,
  fail,
  limits,
  type SealedAttachment,
} from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { hexOf } from "./hash-file.ts";
import { openMeter } from "./meter.ts";
import type { Platform, Sha256 } from "./platform.ts";
import { withRetries } from "./retry.ts";
import type { Sink, TransferOptions } from "./source.ts";
import { Unreachable } from "./unreachable.ts";

/**
 * Downloads an attachment. Only chunks that have their hash are ever written; those an earlier start has left are
 * verified and kept, and at the end the whole is held against its hash. At most one chunk is in memory. Throws
 * ProblemError `blobMismatch` when the server gives other bytes, `notFound` when it no longer has them, and whatever a
 * call throws; what was written stays for the next start.
 */
export async function downloadFile(
  api: Api,
  attachment: Attachment | SealedAttachment,
  sink: Sink,
  options: TransferOptions = {},
): Promise<void> {
  const { onProgress, signal } = options;
  const blobs = blobsOfFile(attachment);
  const whole = api.platform.sha256();
  const buffer = new Uint8Array(Math.min(attachment.size, limits.blobBytes));
  const keptBytes = await sink.keptBytes();
  let isKept = true;
  let offset = 0;
  const meter = openMeter(api.platform.clock, attachment.size, onProgress);
  meter.kept(0);
  for (const blob of blobs) {
    const from = offset;
    const chunk = buffer.subarray(0, blob.size);
    isKept =
      isKept && from + blob.size <= keptBytes && (await readKept(api.platform, sink, from, blob, chunk));
    if (!isKept) {
      await withRetries(api.platform, signal, () =>
        fetchBlob(api, blob, chunk, { signal, onProgress: (bytes) => meter.moved(from + bytes) }),
      );
      await sink.write(from, chunk);
    }
    whole.update(chunk);
    offset += blob.size;
    meter.kept(offset);
  }
  checkWhole(whole, attachment.hash);
  await sink.finish(attachment.size);
}

function checkWhole(whole: Sha256, hash: string): void {
  if (hexOf(whole.digest()) === hash) return;
  fail(
    "blobMismatch",
    "The parts of this file do not make the file its sender named. Ask for it to be sent again.",
  );
}

/** Fills `chunk` with what the sink has at `offset`; true when it is the blob. */
async function readKept(
  platform: Platform,
  sink: Sink,
  offset: number,
  blob: BlobRef,
  chunk: Uint8Array,
): Promise<boolean> {
  const filled = await fill(chunk, sink.read(offset, blob.size));
  return filled === "whole" && hashOf(platform, chunk) === blob.hash;
}

async function fetchBlob(
  api: Api,
  blob: BlobRef,
  chunk: Uint8Array,
  { signal, onProgress }: { signal: AbortSignal | undefined; onProgress: (doneBytes: number) => void },
): Promise<void> {
  const answer = await api.exchange("getBlob", { params: { hash: blob.hash }, signal, waitAtMostMs: 60_000 });
  const filled = await fill(chunk, answer.body, onProgress);
  if (filled === "short") throw new Unreachable("cut", new URL(api.endpoint).host);
  if (filled === "whole" && hashOf(api.platform, chunk) === blob.hash) return;
  fail("blobMismatch", "The server sent other bytes than the message names. Nothing of them was kept.");
}

/** Copies a stream into `chunk`, no further than its end. */
async function fill(
  chunk: Uint8Array,
  stream: AsyncIterable<Uint8Array>,
  onProgress?: (doneBytes: number) => void,
): Promise<"whole" | "short" | "long"> {
  let at = 0;
  for await (const piece of stream) {
    if (at + piece.length > chunk.length) return "long";
    chunk.set(piece, at);
    at += piece.length;
    onProgress?.(at);
  }
  return at === chunk.length ? "whole" : "short";
}

function hashOf(platform: Platform, bytes: Uint8Array): string {
  const hash = platform.sha256();
  hash.update(bytes);
  return hexOf(hash.digest());
}

import { limits } from "@posthorn/protocol";
import { openMeter } from "./meter.ts";
import type { Platform } from "./platform.ts";
import { readExactly, type Source, type TransferOptions } from "./source.ts";

/** A file's names on the wire: its own hash and, when it is larger than a blob may be, those of its chunks. */
export interface FileHashes {
  hash: string;
  size: number;
  chunks?: string[];
}

/** Reads the whole file once. Throws ProblemError `blobMismatch` when it changes meanwhile. */
export async function hashFile(
  platform: Pick<Platform, "sha256" | "clock">,
  source: Source,
  options: TransferOptions = {},
): Promise<FileHashes> {
  const { sizeBytes } = source;
  const meter = openMeter(platform.clock, sizeBytes, options.onProgress);
  let readBytes = 0;
  const whole = platform.sha256();
  const chunks: string[] = [];
  for (let offset = 0; offset < sizeBytes; offset += limits.blobBytes) {
    const chunk = platform.sha256();
    for await (const piece of readExactly(source, offset, Math.min(limits.blobBytes, sizeBytes - offset))) {
      options.signal?.throwIfAborted();
      chunk.update(piece);
      whole.update(piece);
      readBytes += piece.length;
      meter.moved(readBytes);
    }
    chunks.push(hexOf(chunk.digest()));
  }
  const hash = hexOf(whole.digest());
  return chunks.length < 2 ? { hash, size: sizeBytes } : { hash, size: sizeBytes, chunks };
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

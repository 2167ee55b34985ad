import {
  type FilePlace,
  fileContext,
  findBase64Url,
  NotOpenedError,
  openStream,
  sealedFileSize,
  unpadFile,
} from "@posthorn/crypto";
import { fail, limits, ProblemError, type SaidFile, type SealedAttachment } from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { downloadFile } from "./download.ts";
import { openMeter } from "./meter.ts";
import type { Platform } from "./platform.ts";
import { memorySink, type Progress, type Sink, type TransferOptions } from "./source.ts";

/** A file of a message that was opened, sealed by its sender or on arrival: where it stood, in the open and inside. */
export interface WantedFile extends FilePlace {
  attachment: SealedAttachment;
  file: SaidFile;
}

export interface SealedSinks {
  /** For the sealed bytes, which are read from it again when it is finished. A stopped download goes on in it. */
  sealed: Sink;
  /** For the file, written from its beginning; what is there already does not count. */
  file: Sink;
}

export interface SealedDownloadOptions extends TransferOptions {
  /** Called as the file is opened, when all of it is there; counts the file's own bytes. */
  onOpened?: ((progress: Progress) => void) | undefined;
}

/**
 * Downloads a file of a sealed message. Its sealed bytes come first, as with `downloadFile`, and nothing is opened before
 * all of them are those its sender has signed; `onProgress` counts these. At most one chunk is in memory. Throws
 * ProblemError `notOpened` for all that is not the file its sender has named, whatever is wrong with it, `notFound` when
 * the server no longer has it, and whatever a call throws; `sinks.file` is then not finished, and what was written to it
 * is not the file.
 */
export async function downloadSealedFile(
  api: Api,
  wanted: WantedFile,
  sinks: SealedSinks,
  options: SealedDownloadOptions = {},
): Promise<void> {
  const { onOpened, ...transfer } = options;
  const { attachment, file } = wanted;
  const key = findBase64Url(file.key);
  if (key?.length !== 32) notOpened();
  if (attachment.hash !== file.hash || attachment.size !== sealedFileSize(file.size)) notOpened();
  try {
    await downloadFile(api, attachment, sinks.sealed, transfer);
    await openInto(api.platform, wanted, key, sinks, { signal: transfer.signal, onProgress: onOpened });
  } catch (error) {
    if (isNotThis(error)) notOpened();
    throw error;
  }
  await sinks.file.finish(file.size);
}

/** As `downloadSealedFile`, for a file that fits in memory. */
export async function downloadSealedBytes(
  api: Api,
  wanted: WantedFile,
  options: SealedDownloadOptions = {},
): Promise<Uint8Array> {
  const file = memorySink();
  await downloadSealedFile(api, wanted, { sealed: memorySink(), file }, options);
  return file.bytes();
}

async function openInto(
  platform: Pick<Platform, "clock">,
  wanted: WantedFile,
  key: Uint8Array,
  { sealed, file }: SealedSinks,
  { signal, onProgress }: TransferOptions,
): Promise<void> {
  const { size } = wanted.file;
  const meter = openMeter(platform.clock, size, onProgress);
  meter.kept(0);
  const chunks = openStream(key, fileContext(wanted), sealed.read(0, wanted.attachment.size));
  let written = 0;
  for await (const block of inBlocks(unpadFile(size, chunks), Math.min(size, limits.blobBytes))) {
    signal?.throwIfAborted();
    await file.write(written, block);
    written += block.length;
    meter.moved(written);
  }
}

/**
 * The same bytes in blocks, each there until the next is asked for. A full one waits until more has come or the end is
 * known to be good, so what fits in one comes out only when all of it was checked.
 */
async function* inBlocks(
  stream: AsyncIterable<Uint8Array>,
  blockBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const block = new Uint8Array(blockBytes);
  let filled = 0;
  for await (const piece of stream) {
    for (let at = 0; at < piece.length; ) {
      if (filled === blockBytes) {
        yield block;
        filled = 0;
      }
      const taken = piece.subarray(at, at + blockBytes - filled);
      block.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Bytes other than were named, or that do not open: the one failure. */
function isNotThis(error: unknown): boolean {
  if (error instanceof NotOpenedError) return true;
  return error instanceof ProblemError && error.problem.code === "blobMismatch";
}

function notOpened(): never {
  return fail("notOpened", "The file cannot be opened. Ask its sender to send it again.");
}

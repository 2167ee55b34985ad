/** Files on their way to the server, before the message that names them. */
import { type Attachment, type BlobRef, blobsOfFile, fail, limits, ProblemError } from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { type FileHashes, hashFile } from "./hash-file.ts";
import { openMeter } from "./meter.ts";
import { discard } from "./read-all.ts";
import { withRetries } from "./retry.ts";
import { type Progress, readExactly, type Source, type TransferOptions } from "./source.ts";
import { UnexpectedAnswer } from "./unreachable.ts";

export interface UploadOptions extends TransferOptions {
  /** The name others see, without a path. */
  filename?: string | undefined;
  mimeType?: string | undefined;
  /** Called as the file is read for its hash, before anything is sent. */
  onHashed?: ((progress: Progress) => void) | undefined;
}

/**
 * Uploads a file and gives the attachment to put into a message. Chunks the account has already are skipped, so after a
 * stop the same call goes on where it was; a chunk that was cut is sent again. No more of the file is in memory than the
 * pieces its source gives. Throws ProblemError `tooLarge`, `blobMismatch` when the file changes meanwhile, and whatever
 * a call throws.
 */
export async function uploadFile(api: Api, source: Source, options: UploadOptions = {}): Promise<Attachment> {
  const { filename, mimeType, onHashed, ...transfer } = options;
  if (source.sizeBytes > limits.fileBytes) {
    fail("tooLarge", `The file has ${source.sizeBytes} bytes; at most ${limits.fileBytes} can be sent.`);
  }
  const file = await hashFile(api.platform, source, { signal: transfer.signal, onProgress: onHashed });
  await uploadHashed(api, source, file, transfer);
  return {
    ...file,
    ...(filename === undefined ? {} : { filename }),
    ...(mimeType === undefined ? {} : { mimeType }),
  };
}

/** As `uploadFile`, for a file whose hashes are known. */
export async function uploadHashed(
  api: Api,
  source: Source,
  file: FileHashes,
  options: TransferOptions = {},
): Promise<void> {
  const { onProgress, signal } = options;
  let offset = 0;
  const meter = openMeter(api.platform.clock, file.size, onProgress);
  meter.kept(0);
  for (const blob of blobsOfFile(file)) {
    const from = offset;
    await withRetries(api.platform, signal, async () => {
      if (await isThere(api, blob, signal)) return;
      await putBlob(
        api,
        source,
        { ...blob, offset: from },
        { signal, onSent: (bytes) => meter.moved(from + bytes) },
      );
    });
    offset += blob.size;
    meter.kept(offset);
  }
}

/** True when the account has the blob. Where asking is refused, uploading says why. */
async function isThere(api: Api, { hash, size }: BlobRef, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const answer = await api.exchange("headBlob", { params: { hash }, signal });
    await discard(answer.body);
    return answer.headers.get("blob-size") === String(size);
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** The answer to HEAD has no body, so its status is all it says. */
function isRefusal(error: unknown): boolean {
  return error instanceof UnexpectedAnswer && error.status < 500 && error.status !== 401;
}

async function putBlob(
  api: Api,
  source: Source,
  { hash, size, offset }: BlobRef & { offset: number },
  { signal, onSent }: { signal: AbortSignal | undefined; onSent: (sentBytes: number) => void },
): Promise<void> {
  const content = { sizeBytes: size, open: () => readExactly(source, offset, size) };
  try {
    const answer = await api.exchange("putBlob", {
      params: { hash },
      body: { contentType: "application/octet-stream", content, onSent },
      signal,
      waitAtMostMs: 60_000,
    });
    await discard(answer.body);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "blobMismatch") {
      fail("blobMismatch", "The file changed while it was being read. Send it again.");
    }
    throw error;
  }
}

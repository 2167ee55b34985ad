import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { fail, ProblemError, type SealedAttachment } from "@posthorn/protocol";
import type { Api } from "../api.ts";
import { downloadSealedFile, type SealedDownloadOptions, type WantedFile } from "../sealed-file-download.ts";
import { isSealedFile } from "../sealed-file-same.ts";
import type { Sink, Source } from "../source.ts";

const pieceBytes = 256 * 1024;

/** A file to be uploaded; it stays open until `close`. */
export interface FileSource extends Source {
  close(): Promise<void>;
}

/** Opens a file, of which no more than a piece is in memory. Throws what opening a file throws. */
export async function openFileSource(path: string): Promise<FileSource> {
  const file = await open(path, "r");
  try {
    const { size, isFile } = await statOf(file);
    if (!isFile) fail("badRequest", `${path} is not a file.`);
    return {
      sizeBytes: size,
      read: (offset, length) => readPieces(file, offset, length),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A file that is being downloaded; it stays open until `finish` or `close`. */
export interface FileSink extends Sink {
  close(): Promise<void>;
}

/**
 * A file to download into. Until it is whole it lies beside its place with `.part` at its end, where the next start
 * finds it; then it is on stable storage and takes its place. Throws ProblemError `alreadyExists` when the place is
 * taken, unless it may be overwritten.
 */
export async function openFileSink(path: string, options: { overwrite?: boolean } = {}): Promise<FileSink> {
  if (options.overwrite !== true && (await exists(path))) {
    fail(
      "alreadyExists",
      `${path} is there already. Choose another name, or say that it may be overwritten.`,
    );
  }
  const partPath = partPathOf(path);
  const file = await openOrCreate(partPath);
  return {
    ...sinkOf(file),
    async finish(sizeBytes) {
      await file.truncate(sizeBytes);
      await file.sync();
      await file.close();
      await rename(partPath, path);
    },
  };
}

function partPathOf(path: string): string {
  return `${path}.part`;
}

function sinkOf(file: FileHandle): Omit<FileSink, "finish"> {
  return {
    keptBytes: async () => (await statOf(file)).size,
    read: (offset, length) => readPieces(file, offset, length),
    write: (offset, bytes) => writeAll(file, offset, bytes),
    close: () => file.close(),
  };
}

export interface SaveOptions extends SealedDownloadOptions {
  overwrite?: boolean | undefined;
}

/**
 * Downloads a file of a sealed message and opens it into its place, where it stands only when it is whole and on stable
 * storage. Its sealed bytes lie beside it with `.sealed.part` at their end, where the next start goes on; they vanish when
 * the file was opened, and when they are whole and do not open. Throws as `downloadSealedFile` does, and ProblemError
 * `alreadyExists` when the place is taken, unless it may be overwritten.
 */
export async function saveSealedFile(
  api: Api,
  wanted: WantedFile,
  path: string,
  { overwrite, ...options }: SaveOptions = {},
): Promise<void> {
  const file = await openFileSink(path, { overwrite: overwrite === true });
  try {
    const sealed = await openSealedSink(`${path}.sealed.part`);
    try {
      await downloadSealedFile(api, wanted, { sealed, file }, options);
      await sealed.remove();
    } catch (error) {
      if ((await sealed.keptBytes()) === 0 || (sealed.isWhole() && isNotOpened(error))) await sealed.remove();
      throw error;
    } finally {
      await sealed.close();
    }
  } finally {
    await file.close();
    // What was opened of a file that is not whole is no file, and the next start opens it anew.
    await rm(partPathOf(path), { force: true });
  }
}

interface SealedSink extends FileSink {
  isWhole(): boolean;
  remove(): Promise<void>;
}

/** As `openFileSink`, but what is finished stays where it is and can be read. */
async function openSealedSink(path: string): Promise<SealedSink> {
  const file = await openOrCreate(path);
  let isWhole = false;
  return {
    ...sinkOf(file),
    async finish(sizeBytes) {
      await file.truncate(sizeBytes);
      isWhole = true;
    },
    isWhole: () => isWhole,
    remove: () => rm(path),
  };
}

function isNotOpened(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === "notOpened";
}

/** True when a file of this size and SHA-256 is at `path`: what a download would put there. Throws what reading throws. */
export async function holdsFile(path: string, wanted: SealedAttachment): Promise<boolean> {
  const file = await openIfThere(path);
  if (file === undefined) return false;
  try {
    const { size, isFile } = await statOf(file);
    if (!isFile || size !== wanted.size) return false;
    const hash = createHash("sha256");
    for await (const piece of readPieces(file, 0, size)) hash.update(piece);
    return hash.digest("hex") === wanted.hash;
  } finally {
    await file.close();
  }
}

/**
 * True when the file at `path` is this one of a sealed message, as `isSealedFile` finds out. Throws what that and reading
 * throw.
 */
export async function holdsSealedFile(api: Api, path: string, wanted: WantedFile): Promise<boolean> {
  const file = await openIfThere(path);
  if (file === undefined) return false;
  try {
    const { size: sizeBytes, isFile } = await statOf(file);
    const read = (offset: number, length: number) => readPieces(file, offset, length);
    return isFile && (await isSealedFile(api, { sizeBytes, read }, wanted));
  } finally {
    await file.close();
  }
}

async function* readPieces(file: FileHandle, offset: number, length: number): AsyncGenerator<Uint8Array> {
  const endsAt = offset + length;
  for (let at = offset; at < endsAt; ) {
    const buffer = new Uint8Array(Math.min(pieceBytes, endsAt - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

async function writeAll(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

async function statOf(file: FileHandle): Promise<{ size: number; isFile: boolean }> {
  const found = await file.stat();
  return { size: found.size, isFile: found.isFile() };
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
    return open(path, "wx+", 0o600);
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isCode(error, "ENOENT")) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

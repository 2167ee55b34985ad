import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock, EffectHook, Files, Random, TemporaryFile } from "./env.ts";

const chunkBytes = 64 * 1024;
const ownerOnly = 0o600;
const ownerOnlyFolder = 0o700;
const readByGroupOrOthers = 0o044;
const rememberedFolders = 10_000;

export interface FilesOptions {
  effect: EffectHook;
  random: Pick<Random, "bytes">;
  /** Dates the names of temporary files, so that left ones can be told from those in flight. */
  clock: Pick<Clock, "now">;
  /** Called when the disk refused to sync: what was written before can no longer be trusted (reliability I16). */
  failStop?: (reason: string) => void;
}

/** Files on this machine's disk, with the promises of `Files` and an effect around each step that can be cut. */
export function openFiles(options: FilesOptions): Files {
  return new DiskFiles(options);
}

/** When a temporary file of this name was made, undefined for any other name. */
export function temporaryMadeAt(name: string): number | undefined {
  const match = /^([0-9]{1,15})-[0-9a-f]{24}\.tmp$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

class DiskFiles implements Files {
  readonly #options: FilesOptions;
  /** Folders known to survive a power cut; bounded. */
  readonly #durableFolders = new Set<string>();

  constructor(options: FilesOptions) {
    this.#options = options;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const content = await unlessMissing(readFile(path));
    return content === undefined ? undefined : plainBytes(content);
  }

  async stream(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const handle = await unlessMissing(open(path, constants.O_RDONLY));
    return handle === undefined ? undefined : new FileStream(handle);
  }

  async writeDurably(path: string, content: Uint8Array): Promise<void> {
    const temporary = await this.createTemporary(dirname(path));
    try {
      await temporary.write(content);
      await temporary.commit(path);
    } catch (error) {
      await temporary.discard();
      throw error;
    }
  }

  async createTemporary(folder: string): Promise<TemporaryFile> {
    const unique = Buffer.from(this.#options.random.bytes(12)).toString("hex");
    const path = join(folder, `${this.#options.clock.now()}-${unique}.tmp`);
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, ownerOnly);
    return new DiskTemporaryFile(this, handle, path);
  }

  async makeFolder(path: string): Promise<void> {
    if (this.#durableFolders.has(path)) return;
    const firstMade = await makeFolders(path);
    // The nearest parent also when nothing was made: the process that made it may have died before it was synced.
    for (let made = path; ; made = dirname(made)) {
      await this.syncFolder(dirname(made));
      if (firstMade === undefined || made.length <= firstMade.length) break;
    }
    if (this.#durableFolders.size >= rememberedFolders) this.#durableFolders.clear();
    this.#durableFolders.add(path);
  }

  async list(path: string): Promise<string[]> {
    return (await unlessMissing(readdir(path))) ?? [];
  }

  async sizeBytes(path: string): Promise<number | undefined> {
    return (await unlessMissing(stat(path)))?.size;
  }

  async remove(path: string): Promise<void> {
    await this.effect("remove", () => rm(path, { force: true }));
  }

  async readableByOthers(path: string): Promise<boolean> {
    return ((await stat(path)).mode & readByGroupOrOthers) !== 0;
  }

  async freeBytes(path: string): Promise<number> {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  }

  /** Does one step between its two effects. */
  async effect<T>(name: string, step: () => Promise<T>): Promise<T> {
    this.#options.effect(`file.${name}`, "before");
    const result = await step();
    this.#options.effect(`file.${name}`, "after");
    return result;
  }

  async sync(name: "fsync" | "fsyncdir", handle: FileHandle): Promise<void> {
    await this.effect(name, async () => {
      try {
        await handle.sync();
      } catch (error) {
        this.#options.failStop?.(`the disk refused to sync: ${String(error)}`);
        throw error;
      }
    });
  }

  async syncFolder(path: string): Promise<void> {
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await this.sync("fsyncdir", folder);
    } finally {
      await folder.close();
    }
  }
}

class DiskTemporaryFile implements TemporaryFile {
  readonly #files: DiskFiles;
  readonly #handle: FileHandle;
  readonly #path: string;
  #state: "open" | "closed" | "gone" = "open";

  constructor(files: DiskFiles, handle: FileHandle, path: string) {
    this.#files = files;
    this.#handle = handle;
    this.#path = path;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#files.effect("write", async () => {
      let written = 0;
      while (written < chunk.length) written += (await this.#handle.write(chunk, written)).bytesWritten;
    });
  }

  async commit(path: string): Promise<void> {
    await this.#files.sync("fsync", this.#handle);
    await this.#close();
    await this.#files.effect("rename", () => rename(this.#path, path));
    this.#state = "gone";
    await this.#files.syncFolder(dirname(path));
  }

  async discard(): Promise<void> {
    if (this.#state === "gone") return;
    await this.#close();
    this.#state = "gone";
    await rm(this.#path, { force: true });
  }

  async #close(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closed";
    await this.#handle.close();
  }
}

/** Not a generator: one that was never started would not run its `finally` and would leak the handle. */
class FileStream implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: FileHandle;
  #position = 0;
  #open = true;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#open) return { done: true, value: undefined };
    try {
      const { bytesRead, buffer } = await this.#handle.read(
        new Uint8Array(chunkBytes),
        0,
        chunkBytes,
        this.#position,
      );
      this.#position += bytesRead;
      if (bytesRead > 0) return { done: false, value: buffer.subarray(0, bytesRead) };
    } catch (error) {
      await this.return();
      throw error;
    }
    return this.return();
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#open) {
      this.#open = false;
      await this.#handle.close();
    }
    return { done: true, value: undefined };
  }
}

/**
 * Makes a folder and those that lead to it; the first that was made. Not by the platform's own recursion, which never
 * ends where a file system says of a folder that is there that it is not, as that of processes does.
 */
async function makeFolders(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, ownerOnlyFolder);
    return path;
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await stat(path)).isDirectory()) return undefined;
    if (codeOf(error) !== "ENOENT" || dirname(path) === path) throw error;
  }
  const first = await makeFolders(dirname(path));
  try {
    await mkdir(path, ownerOnlyFolder);
    return first ?? path;
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await stat(path)).isDirectory()) return first;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/**
 * The mails in files that somebody has chosen: mbox, single mails (.eml), and zip files of both, as Google Takeout gives. All is
 * read as it comes; of a zip nothing is written anywhere; one whose paths lead out of it is refused all the same.
 */
import { BlobReader, configure, type FileEntry, ZipReader } from "@zip.js/zip.js/lib/zip-core-native.js";
import { joined, splitMbox } from "./split-mbox.ts";

/** More no server takes (§85.12). */
export const mostMailBytes = 72_000_000;
/** What grows by more is made to fill up whoever opens it. Text seldom becomes a tenth. */
const bomb = { leastBytes: 100 * 1024 * 1024, growth: 150, entries: 200_000 };

export interface ChosenFile {
  name: string;
  blob: Blob;
}

/** `tooLarge` for any server · `locked` by a password · `damaged` · `bomb` a zip that grows without end · `otherArchive` */
export type NotRead = "tooLarge" | "locked" | "damaged" | "bomb" | "otherArchive";

/** `within` says in which file. */
export type FoundMail = { within: string } & (
  | { kind: "mail"; bytes: Uint8Array }
  | { kind: "notRead"; why: NotRead; sizeBytes: number }
);

export interface FindOptions {
  signal?: AbortSignal | undefined;
  /** How many bytes of all files were read. */
  onRead?: ((doneBytes: number) => void) | undefined;
}

/** In the order of the files and of what is in them, so that it is the same each time. Throws when a file cannot be read at all. */
export async function* findMails(
  files: readonly ChosenFile[],
  { signal, onRead }: FindOptions = {},
): AsyncGenerator<FoundMail, void> {
  let before = 0;
  for (const { name, blob } of files) {
    signal?.throwIfAborted();
    const base = before;
    const tell = (bytes: number) => onRead?.(base + Math.min(bytes, blob.size));
    yield* inFile({ name: oneLine(name), blob }, { signal, tell });
    before += blob.size;
    tell(blob.size);
  }
}

interface Reading {
  signal: AbortSignal | undefined;
  /** How far the file is read. */
  tell(doneBytes: number): void;
}

async function* inFile({ name, blob }: ChosenFile, reading: Reading): AsyncGenerator<FoundMail, void> {
  const head = new Uint8Array(await blob.slice(0, 8).arrayBuffer());
  const sizeBytes = blob.size;
  if (head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)) {
    yield* inZip({ name, blob }, reading);
  } else if (head[0] === 0x1f && head[1] === 0x8b) {
    yield { within: name, kind: "notRead", why: "otherArchive", sizeBytes };
  } else {
    yield* inMails(name, sizeBytes, counted(streamed(blob), reading));
  }
}

/** Of one mail or of many, which is told by how it begins. */
async function* inMails(
  within: string,
  sizeBytes: number,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<FoundMail, void> {
  const [begin, all] = await peek(pieces);
  if (isMbox(begin, within)) {
    for await (const part of splitMbox(all, mostMailBytes)) {
      if (part.kind === "mail") yield { within, ...part };
      else yield { within, kind: "notRead", why: "tooLarge", sizeBytes: part.sizeBytes };
    }
    return;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of all) {
    size += piece.length;
    if (size > mostMailBytes) {
      yield { within, kind: "notRead", why: "tooLarge", sizeBytes };
      return;
    }
    parts.push(piece);
  }
  if (size > 0) yield { within, kind: "mail", bytes: joined(parts) };
}

function isMbox(begin: Uint8Array, name: string): boolean {
  return new TextDecoder("latin1").decode(begin.subarray(0, 5)) === "From " || /\.mbox$/i.test(name);
}

async function* inZip({ name, blob }: ChosenFile, reading: Reading): AsyncGenerator<FoundMail, void> {
  configure({ useWebWorkers: false });
  const zip = new ZipReader(new BlobReader(blob));
  let doneBytes = 0;
  let entries = 0;
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      entries += 1;
      reading.signal?.throwIfAborted();
      const within = `${name}: ${oneLine(entry.filename)}`;
      if (entries > bomb.entries) {
        yield { within: name, kind: "notRead", why: "bomb", sizeBytes: blob.size };
        return;
      }
      if (!entry.directory && isMailName(entry.filename)) {
        yield* inEntry(entry, within, reading);
      }
      doneBytes += entry.compressedSize;
      reading.tell(doneBytes);
    }
  } catch (error) {
    reading.signal?.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    yield { within: name, kind: "notRead", why: "damaged", sizeBytes: blob.size };
  } finally {
    await zip.close();
  }
}

function isMailName(path: string): boolean {
  return /\.(?:mbox|eml)$/i.test(path) && !path.startsWith("__MACOSX/");
}

async function* inEntry(
  entry: FileEntry,
  within: string,
  { signal }: Reading,
): AsyncGenerator<FoundMail, void> {
  const { compressedSize, uncompressedSize: sizeBytes } = entry;
  if (entry.encrypted) {
    yield { within, kind: "notRead", why: "locked", sizeBytes };
    return;
  }
  const stop = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const ended = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const unpacking = entry.getData(writable, { signal: ended, checkOverlappingEntry: true });
  // What fails leaves its stream open.
  const failed = new Promise<never>((_, reject) => void unpacking.catch(reject));
  failed.catch(() => undefined);
  let isBomb = false;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    const reader = readable.getReader();
    for (let out = 0; ; ) {
      const { done, value } = await Promise.race([reader.read(), failed]);
      if (done) return;
      out += value.length;
      isBomb = out > bomb.leastBytes && out > compressedSize * bomb.growth;
      if (isBomb) return;
      yield value;
    }
  }
  try {
    for await (const found of inMails(within, sizeBytes, pieces())) if (!isBomb) yield found;
    if (isBomb) yield { within, kind: "notRead", why: "bomb", sizeBytes };
    else await unpacking;
  } catch {
    signal?.throwIfAborted();
    yield { within, kind: "notRead", why: "damaged", sizeBytes };
  } finally {
    stop.abort();
  }
}

async function* streamed(blob: Blob): AsyncGenerator<Uint8Array, void> {
  const reader = blob.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  { signal, tell }: Reading,
): AsyncGenerator<Uint8Array, void> {
  let done = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    done += piece.length;
    yield piece;
    tell(done);
  }
}

/** What it begins with, and all of it. */
async function peek(pieces: AsyncIterable<Uint8Array>): Promise<[Uint8Array, AsyncIterable<Uint8Array>]> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < 5) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* first;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return [joined(first), all()];
}

/** Names come from elsewhere. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(-200);
}

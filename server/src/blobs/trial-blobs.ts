/** For tests: a blob room on a real folder, with a clock that only moves when told. */
import { createHash } from "node:crypto";
import { checkMessage, type Message } from "@posthorn/protocol";
import type { EffectHook, Files } from "../env/env.ts";
import { openFiles } from "../env/files.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import type { Store } from "../store/sql.ts";
import type { BlobContext } from "./account-blob.ts";
import { Uploads } from "./uploads.ts";

export interface TrialBlobs extends BlobContext {
  clock: HandClock;
}

export interface TrialOptions {
  effect?: EffectHook;
  clock?: HandClock;
  /** What the disk has left; what it really has when not given. */
  freeBytes?: number;
  /** Puts something between the room and the disk. */
  wrap?: (files: Files) => Files;
}

export function trialBlobs(store: Store, folder: string, options: TrialOptions = {}): TrialBlobs {
  const { effect = () => undefined, clock = new HandClock(), freeBytes, wrap = (files) => files } = options;
  const disk = openFiles({ effect, random: openRandom(), clock });
  const files = freeBytes === undefined ? disk : changed(disk, { freeBytes: async () => freeBytes });
  return { store, files: wrap(files), clock, folder, uploads: new Uploads() };
}

/** The same files but for some of their methods. */
export function changed(files: Files, methods: Partial<Files>): Files {
  return {
    read: (path) => files.read(path),
    stream: (path) => files.stream(path),
    writeDurably: (path, content) => files.writeDurably(path, content),
    createTemporary: (folder) => files.createTemporary(folder),
    makeFolder: (path) => files.makeFolder(path),
    list: (path) => files.list(path),
    sizeBytes: (path) => files.sizeBytes(path),
    remove: (path) => files.remove(path),
    readableByOthers: (path) => files.readableByOthers(path),
    freeBytes: (path) => files.freeBytes(path),
    ...methods,
  };
}

export interface Content {
  bytes: Uint8Array;
  hash: string;
}

export function content(text: string): Content {
  const bytes = new TextEncoder().encode(text);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex") };
}

/** As a body arrives: in pieces. */
export async function* inPieces(bytes: Uint8Array, pieceBytes = 5): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** An upload as a client makes it. */
export function upload({ bytes, hash }: Content): {
  hash: string;
  sizeBytes: number;
  body: AsyncIterable<Uint8Array>;
} {
  return { hash, sizeBytes: bytes.length, body: inPieces(bytes) };
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** A door that stays shut until it is opened. */
export function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** An email with these files. */
export function message(...files: readonly Content[]): Message {
  return checkMessage({
    id: "0192f0c1-7b3a-7000-8000-000000000001",
    from: { id: "alice", host: "a.test" },
    to: [{ id: "bob", host: "b.test" }],
    subject: "With files",
    body: "See the files.",
    attachments: files.map(({ hash, bytes }, index) => ({
      hash,
      size: bytes.length,
      filename: `file-${index}`,
      mimeType: "application/octet-stream",
    })),
    date: "2026-11-24T00:00:00Z",
  });
}

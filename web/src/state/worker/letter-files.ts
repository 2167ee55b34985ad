/**
 * The files of a letter that is written: each is sealed for its message and its place in it, and goes up one after the
 * other. Without a network they wait; what cannot go up stays with why.
 */
import {
  blobSource,
  downloadFile,
  downloadMailFile,
  downloadSealedBytes,
  type Mail,
  memorySink,
  type OpenedFile,
  type SealedFile,
  Unreachable,
  type UnsentFile,
  uploadSealedFile,
  type WantedFile,
} from "@posthorn/client";
import { type Attachment, limits, type MailFile, type SealedAttachment } from "@posthorn/protocol";
import { type Fault, faultOf } from "./fault.ts";

/** Where a file's bytes are to be had. */
export type FileOrigin =
  | { kind: "blob"; blob: Blob }
  /** Of a sealed message, or of this letter as it was before. */
  | { kind: "sealed"; wanted: WantedFile }
  | { kind: "open"; attachment: Attachment | SealedAttachment }
  | { kind: "standard"; file: MailFile }
  /** It was chosen in a tab that is not there any more, and had not gone up. */
  | { kind: "lost" };

export interface FileJob {
  readonly key: number;
  readonly filename: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  place: number;
  origin: FileOrigin;
  state: "waiting" | "sealing" | "uploading" | "offline" | "done" | "failed";
  doneBytes: number;
  totalBytes: number;
  fault: Fault | undefined;
  /** As it went up, and for which message and place. */
  sealed: (SealedFile & { messageId: string; place: number }) | undefined;
  stop: AbortController | undefined;
}

/** As a page shows it. */
export interface LetterFile {
  key: number;
  filename: string;
  mimeType: string;
  sizeBytes: number;
  state: FileJob["state"];
  /** From 0 to 1. */
  done: number;
  fault: Fault | null;
}

/** What uploads work for. */
export interface FilesOf {
  readonly messageId: string;
  readonly files: FileJob[];
  /** Shows how far they are. */
  tell(): void;
  /** Keeps what has gone up with the draft. Resolves when that is done, or could not be. */
  keep(): Promise<unknown>;
}

let nextKey = 1;
const againMs = 4_000;
const mostInMemoryBytes = 512 * 1024 * 1024;

/** By the hash of what went up: what was chosen here needs no download when it is sealed for another message. */
const chosen = new Map<string, Blob>();

export function newJob(
  origin: FileOrigin,
  { filename, mimeType, sizeBytes }: Pick<FileJob, "filename" | "mimeType" | "sizeBytes">,
): FileJob {
  return {
    key: nextKey++,
    filename: filename.slice(0, limits.filename),
    mimeType: mimeType || "application/octet-stream",
    sizeBytes,
    place: 0,
    origin,
    state: "waiting",
    doneBytes: 0,
    totalBytes: sizeBytes,
    fault: undefined,
    sealed: undefined,
    stop: undefined,
  };
}

export function jobsOfMessage(files: readonly OpenedFile[], messageId: string): FileJob[] {
  return files.map((file, place) => {
    if (file.kind === "open") {
      const { attachment } = file;
      return newJob({ kind: "open", attachment }, { ...named(attachment), sizeBytes: attachment.size });
    }
    const wanted = { messageId, place, attachment: file.attachment, file: file.file };
    return newJob({ kind: "sealed", wanted }, { ...named(file.file), sizeBytes: file.file.size });
  });
}

function named(file: object): { filename: string; mimeType: string } {
  const [filename, mimeType]: unknown[] = [Reflect.get(file, "filename"), Reflect.get(file, "mimeType")];
  return {
    filename: typeof filename === "string" ? filename : "",
    mimeType: typeof mimeType === "string" ? mimeType : "",
  };
}

/** A file as its draft has it. */
export function jobOfDraft(file: UnsentFile): FileJob {
  const { sealed, messageId, place } = file;
  if (sealed === undefined) {
    const job = newJob({ kind: "lost" }, file);
    job.state = "failed";
    job.fault = {
      code: "file.lost",
      sentence: "This file had not gone up when the page was closed. Attach it again.",
    };
    return job;
  }
  const blob = chosen.get(sealed.attachment.hash);
  const job = newJob(
    blob === undefined ? { kind: "sealed", wanted: { ...sealed, messageId, place } } : { kind: "blob", blob },
    file,
  );
  job.sealed = { ...sealed, messageId, place };
  return job;
}

/** The files in their order, each for its place in the message: what went up for another is to go up again. */
export function putInPlace({ files, messageId }: FilesOf): void {
  files.forEach((job, place) => {
    const isOnItsWay = job.stop !== undefined && job.place === place;
    job.place = place;
    if (job.state === "failed" || isOnItsWay) return;
    const isThere = job.sealed?.messageId === messageId && job.sealed.place === place;
    if (isThere) {
      job.state = "done";
      return;
    }
    // One that is on its way to another place is of no use.
    job.stop?.abort();
    job.state = "waiting";
    job.doneBytes = 0;
  });
}

export function fileOfDraft(job: FileJob, messageId: string): UnsentFile {
  const { filename, mimeType, sizeBytes, sealed, place } = job;
  const names = { filename, mimeType, sizeBytes };
  if (sealed === undefined) return { ...names, messageId, place };
  const { attachment, file } = sealed;
  return {
    ...names,
    messageId: sealed.messageId,
    place: sealed.place,
    sealed: { attachment, file },
  };
}

export function shownFile({ key, filename, mimeType, sizeBytes, state, fault, ...job }: FileJob): LetterFile {
  const done = job.totalBytes === 0 ? 1 : Math.min(1, job.doneBytes / job.totalBytes);
  return { key, filename, mimeType, sizeBytes, state, done, fault: fault ?? null };
}

const running = new WeakSet<FilesOf>();

/** Lets what waits go up, one after the other. What fails stays, with why, and holds up no other. */
export async function uploadAll(mail: Mail, letter: FilesOf): Promise<void> {
  if (running.has(letter)) return;
  running.add(letter);
  try {
    for (let job = nextOf(letter); job !== undefined; job = nextOf(letter))
      await uploadOne(mail, letter, job);
  } finally {
    running.delete(letter);
  }
  if (letter.files.some(({ state }) => state === "offline")) {
    setTimeout(() => {
      for (const job of letter.files) if (job.state === "offline") job.state = "waiting";
      void uploadAll(mail, letter);
    }, againMs);
  }
}

function nextOf({ files }: FilesOf): FileJob | undefined {
  return files.find(({ state }) => state === "waiting");
}

async function uploadOne(mail: Mail, letter: FilesOf, job: FileJob): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const { place } = job;
  const { messageId } = letter;
  job.stop = stop;
  job.fault = undefined;
  const moved = (state: FileJob["state"]) => (progress: { doneBytes: number; totalBytes: number }) => {
    if (signal.aborted) return;
    job.state = state;
    job.doneBytes = progress.doneBytes;
    job.totalBytes = progress.totalBytes;
    tellSoon(letter);
  };
  job.state = "sealing";
  letter.tell();
  try {
    const blob = await readOrigin(mail, job, signal);
    const sealed = await uploadSealedFile(mail.session, blobSource(blob), {
      messageId,
      place,
      ...(job.filename === "" ? {} : { filename: job.filename }),
      mimeType: job.mimeType,
      signal,
      onHashed: moved("sealing"),
      onProgress: moved("uploading"),
    });
    if (signal.aborted) return;
    job.sealed = { ...sealed, messageId, place };
    job.origin = { kind: "blob", blob };
    chosen.set(sealed.attachment.hash, blob);
    // It is called done when the draft knows it: a page that dies then loses it no more.
    await letter.keep();
    if (!signal.aborted) job.state = "done";
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Unreachable) job.state = "offline";
    else {
      job.state = "failed";
      job.fault = faultOf(error);
    }
  } finally {
    if (job.stop === stop) job.stop = undefined;
    letter.tell();
  }
}

/** Throws what downloading does. */
export async function readOrigin(mail: Mail, { origin, mimeType, sizeBytes }: FileJob, signal: AbortSignal) {
  if (origin.kind === "blob") return origin.blob;
  if (sizeBytes > mostInMemoryBytes)
    throw new Error("This file is too large to be taken over. Attach it again.");
  const { session } = mail;
  switch (origin.kind) {
    case "sealed":
      return blobOf(await downloadSealedBytes(session, origin.wanted, { signal }), mimeType);
    case "open": {
      const sink = memorySink();
      await downloadFile(session, origin.attachment, sink, { signal });
      return blobOf(sink.bytes(), mimeType);
    }
    case "standard": {
      const sink = memorySink();
      await downloadMailFile(session, origin.file, sink, { signal });
      return blobOf(sink.bytes(), mimeType);
    }
    case "lost":
      throw new Error("This file is not here any more. Attach it again.");
  }
}

function blobOf(bytes: Uint8Array, type: string): Blob {
  return new Blob([new Uint8Array(bytes)], { type });
}

const told = new WeakSet<FilesOf>();
const tellEachMs = 100;

/** A page need not hear of each piece. */
function tellSoon(letter: FilesOf): void {
  if (told.has(letter)) return;
  told.add(letter);
  setTimeout(() => {
    told.delete(letter);
    letter.tell();
  }, tellEachMs);
}

/** The files of a letter that is written: what is known of each, as its draft keeps it, and as a page shows it. */
import type { FileSeal, OpenedFile, SealedFile, UnsentBytes, UnsentFile, WantedFile } from "@posthorn/client";
import { type Attachment, limits, type MailFile, type SealedAttachment } from "@posthorn/protocol";
import type { Fault } from "./fault.ts";

/** Where a file's bytes are to be had. */
export type FileOrigin =
  | { kind: "blob"; blob: Blob }
  /** Kept on this device under this id. */
  | { kind: "kept"; id: string }
  /** Of a sealed message, or of this letter as it was before. */
  | { kind: "sealed"; wanted: WantedFile }
  | { kind: "open"; attachment: Attachment | SealedAttachment }
  | { kind: "standard"; file: MailFile }
  /** It was chosen on another device, or in a tab that could not keep it, and had not gone up. */
  | { kind: "lost" };

export interface FileJob {
  readonly key: number;
  readonly filename: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  place: number;
  origin: FileOrigin;
  /** `paused` its owner has stopped it. */
  state: "waiting" | "sealing" | "uploading" | "paused" | "offline" | "done" | "failed";
  doneBytes: number;
  totalBytes: number;
  /** How fast it goes up; undefined until that can be said. */
  bytesPerS: number | undefined;
  fault: Fault | undefined;
  /** Under which its bytes lie on the device where it was chosen until it has gone up. */
  keptAs: string | undefined;
  /** That is this device. */
  isKept: boolean;
  /** Resolves when its bytes are kept, or cannot be. */
  keeping: Promise<void> | undefined;
  /** With what it goes up: the same however often it is begun, so that it goes on where it was. */
  seal: FileSeal | undefined;
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
  /** Seconds until it is up; null while that cannot be said. */
  leftS: number | null;
  /** A page that is closed now loses it. */
  isAtRisk: boolean;
  fault: Fault | null;
}

/** It goes up by itself, now or later. */
export function isUnderWay({ state }: FileJob): boolean {
  return state !== "done" && state !== "failed" && state !== "paused";
}

/** What uploads work for. */
export interface FilesOf {
  readonly messageId: string;
  readonly files: FileJob[];
  /** Shows how far they are. */
  tell(): void;
  /** Keeps what has gone up with the draft. False when there is none, or that could not be. */
  keep(): Promise<boolean>;
  /** All have gone up that can for now. */
  settled(): void;
}

let nextKey = 1;

/** By the hash of what went up: what was chosen here needs no download when it is sealed for another message. */
export const chosen = new Map<string, Blob>();

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
    bytesPerS: undefined,
    fault: undefined,
    keptAs: undefined,
    isKept: false,
    keeping: undefined,
    seal: undefined,
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

/** A file as its draft has it; `known` of its bytes, where this device keeps them. */
export function jobOfDraft(file: UnsentFile, known?: UnsentBytes): FileJob {
  const { sealed, messageId, place, keptAs } = file;
  if (sealed === undefined) return unsentJob(file, known);
  const blob = chosen.get(sealed.attachment.hash);
  const job = newJob(
    blob === undefined ? { kind: "sealed", wanted: { ...sealed, messageId, place } } : { kind: "blob", blob },
    file,
  );
  job.keptAs = keptAs;
  job.sealed = { ...sealed, messageId, place };
  return job;
}

function unsentJob(file: UnsentFile, known: UnsentBytes | undefined): FileJob {
  const { keptAs } = file;
  if (keptAs !== undefined && known !== undefined) {
    const job = newJob({ kind: "kept", id: keptAs }, file);
    job.isKept = true;
    job.seal = known.seal;
    if (known.isPaused) job.state = "paused";
    job.keptAs = keptAs;
    return job;
  }
  const job = newJob({ kind: "lost" }, file);
  job.keptAs = keptAs;
  job.state = "failed";
  job.fault =
    keptAs === undefined
      ? {
          code: "file.lost",
          sentence: "This file had not gone up when the page was closed. Attach it again.",
        }
      : { code: "file.elsewhere", sentence: "This file goes up from the device where it was attached." };
  return job;
}

/** The files in their order, each for its place in the message: what went up for another is to go up again. */
export function putInPlace({ files, messageId }: FilesOf): void {
  files.forEach((job, place) => {
    const isOnItsWay = job.stop !== undefined && job.place === place;
    job.place = place;
    if (job.state === "failed" || job.state === "paused" || isOnItsWay) return;
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
  const { filename, mimeType, sizeBytes, keptAs, sealed, place } = job;
  const names = { filename, mimeType, sizeBytes, ...(keptAs === undefined ? {} : { keptAs }) };
  if (sealed === undefined) return { ...names, messageId, place };
  const { attachment, file } = sealed;
  return {
    ...names,
    messageId: sealed.messageId,
    place: sealed.place,
    sealed: { attachment, file },
  };
}

export function shownFile(job: FileJob): LetterFile {
  const { key, filename, mimeType, sizeBytes, state, doneBytes, totalBytes, bytesPerS, fault } = job;
  const done = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
  const isMoving = state === "uploading" && bytesPerS !== undefined && bytesPerS > 0;
  const leftS = isMoving ? Math.ceil((totalBytes - doneBytes) / bytesPerS) : null;
  const isAtRisk = job.origin.kind === "blob" && job.sealed === undefined && !job.isKept;
  return { key, filename, mimeType, sizeBytes, state, done, leftS, isAtRisk, fault: fault ?? null };
}

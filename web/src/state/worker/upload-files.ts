/**
 * The files of a letter on their way: each is kept on this device, sealed for its message and its place in it, and goes up,
 * one after the other. Without a network they wait; what cannot go up stays with why.
 */
import {
  blobSource,
  downloadFile,
  downloadMailFile,
  downloadSealedBytes,
  forgetUnsentBytes,
  keepUnsentBytes,
  type Mail,
  memorySink,
  newFileSeal,
  noteUnsentBytes,
  type Source,
  Unreachable,
  unsentSource,
  uploadSealedFile,
} from "@posthorn/client";
import { uuidV7 } from "@posthorn/protocol";
import { blobSink } from "./blob-sink.ts";
import { faultOf } from "./fault.ts";
import { chosen, type FileJob, type FilesOf } from "./letter-files.ts";

const againMs = 4_000;
const mostInMemoryBytes = 512 * 1024 * 1024;
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
  } else letter.settled();
}

function nextOf({ files }: FilesOf): FileJob | undefined {
  return files.find(({ state }) => state === "waiting");
}

/** Keeps the bytes of all files that were chosen here, so that a page which is closed loses none. */
export async function keepAll(mail: Mail, letter: FilesOf): Promise<void> {
  for (const job of [...letter.files]) await keepBytes(mail, letter, job);
}

/** An account without keys keeps no drafts, so none of their files either. */
function keepBytes(mail: Mail, letter: FilesOf, job: FileJob): Promise<void> {
  const { origin } = job;
  const isWanted = origin.kind === "blob" && job.sealed === undefined && mail.key !== undefined;
  if (!isWanted) return Promise.resolve();
  job.keeping ??= keepBlob(mail, letter, job, origin.blob);
  return job.keeping;
}

async function keepBlob(mail: Mail, letter: FilesOf, job: FileJob, blob: Blob): Promise<void> {
  const { clock, randomBytes } = mail.session.platform;
  const id = uuidV7(clock.now(), randomBytes(16));
  try {
    await keepUnsentBytes(mail, id, blobSource(blob));
  } catch {
    // It goes up all the same for as long as the page is there, and what cannot be read says so then.
    return;
  }
  if (!letter.files.includes(job)) return forgetUnsentBytes(mail, id);
  job.keptAs = id;
  job.isKept = true;
  await noteKept(mail, job);
  await letter.keep();
  letter.tell();
}

/** What is known of it now is known to whoever goes on with it. */
async function noteKept(mail: Mail, { keptAs, isKept, sizeBytes, seal, state }: FileJob): Promise<void> {
  if (keptAs === undefined || !isKept) return;
  const known = { sizeBytes, isPaused: state === "paused" };
  await noteUnsentBytes(mail, keptAs, { ...known, ...(seal === undefined ? {} : { seal }) });
}

/** It has gone up, or is wanted no more. */
export async function forgetKept(mail: Mail, job: FileJob): Promise<void> {
  if (job.keptAs === undefined || !job.isKept) return;
  job.isKept = false;
  await forgetUnsentBytes(mail, job.keptAs);
}

/** Stops a file until `resumeFile`, also over the end of this page. One that has gone up, or cannot, is left as it is. */
export async function pauseFile(mail: Mail, letter: FilesOf, job: FileJob): Promise<void> {
  if (job.state === "done" || job.state === "failed" || job.state === "paused") return;
  job.stop?.abort();
  job.state = "paused";
  letter.tell();
  await job.keeping;
  await noteKept(mail, job);
}

/** It goes on where it was. */
export async function resumeFile(mail: Mail, letter: FilesOf, job: FileJob): Promise<void> {
  if (job.state !== "paused") return;
  job.state = "waiting";
  letter.tell();
  await noteKept(mail, job);
  void uploadAll(mail, letter);
}

async function uploadOne(mail: Mail, letter: FilesOf, job: FileJob): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const { place } = job;
  const { messageId } = letter;
  job.stop = stop;
  job.fault = undefined;
  const moved =
    (state: FileJob["state"]) =>
    (progress: { doneBytes: number; totalBytes: number; bytesPerS: number | undefined }) => {
      if (signal.aborted) return;
      job.state = state;
      job.doneBytes = progress.doneBytes;
      job.totalBytes = progress.totalBytes;
      job.bytesPerS = progress.bytesPerS;
      tellSoon(letter);
    };
  job.state = "sealing";
  letter.tell();
  try {
    await fetchOrigin(mail, job, signal);
    await keepBytes(mail, letter, job);
    signal.throwIfAborted();
    const source = await sourceOf(mail, job, signal);
    if (job.seal?.messageId !== messageId || job.seal.place !== place) {
      const options = { signal, onProgress: moved("sealing") };
      job.seal = await newFileSeal(mail.session.platform, source, { messageId, place }, options);
      await noteKept(mail, job);
    }
    const sealed = await uploadSealedFile(mail.session, source, {
      messageId,
      place,
      seal: job.seal,
      ...(job.filename === "" ? {} : { filename: job.filename }),
      mimeType: job.mimeType,
      signal,
      onProgress: moved("uploading"),
    });
    if (signal.aborted) return;
    await hasGoneUp(mail, letter, job, { ...sealed, messageId, place });
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

/** It is called done when the draft knows it: a page that dies then loses it no more. Until then its bytes are kept. */
async function hasGoneUp(
  mail: Mail,
  letter: FilesOf,
  job: FileJob,
  sealed: NonNullable<FileJob["sealed"]>,
): Promise<void> {
  job.sealed = sealed;
  const { origin } = job;
  if (origin.kind === "blob") chosen.set(sealed.attachment.hash, origin.blob);
  if (!(await letter.keep())) return;
  if (origin.kind === "kept") job.origin = { kind: "sealed", wanted: sealed };
  await forgetKept(mail, job);
}

/** Brings here what is to be had elsewhere. Throws what downloading does. */
async function fetchOrigin(mail: Mail, job: FileJob, signal: AbortSignal): Promise<void> {
  if (job.origin.kind === "blob" || job.origin.kind === "kept") return;
  job.origin = { kind: "blob", blob: await readOrigin(mail, job, signal) };
}

async function sourceOf(mail: Mail, job: FileJob, signal: AbortSignal): Promise<Source> {
  const { keptAs, isKept, sizeBytes } = job;
  if (keptAs !== undefined && isKept) return unsentSource(mail, keptAs, sizeBytes);
  return blobSource(await readOrigin(mail, job, signal));
}

/** Throws what downloading does, and ProblemError `notFound` for what is not here any more. */
export async function readOrigin(mail: Mail, { origin, mimeType, sizeBytes }: FileJob, signal: AbortSignal) {
  if (origin.kind === "blob") return origin.blob;
  if (origin.kind === "kept") return blobOfSource(unsentSource(mail, origin.id, sizeBytes), mimeType);
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

async function blobOfSource(source: Source, type: string): Promise<Blob> {
  const sink = blobSink();
  let at = 0;
  for await (const piece of source.read(0, source.sizeBytes)) {
    await sink.write(at, piece);
    at += piece.length;
  }
  await sink.finish(at);
  return sink.blob(type);
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

/**
 * Old mail brought in: looked at, then put into the account batch by batch, with how far it has come kept on the device after each.
 * It can be stopped at any time and goes on where it was, also after the page was closed; what was done twice is `known` to the
 * server.
 */
import type { ChosenFile, MailToImport } from "@posthorn/client/transfer";
import { fail } from "@posthorn/protocol";
import { type ImportTargets, placeOfMail } from "../import-targets.ts";
import type { Desk, Room } from "./desk.ts";
import { type Fault, faultOf } from "./fault.ts";
import { findFolder } from "./find-folder.ts";
import { type ImportProgress, isProgress, type NewNote, noteTo } from "./import-kept.ts";
import { type ImportLook, lookInto } from "./import-look.ts";

type Counts = Pick<ImportProgress, "total" | "done" | "imported" | "known" | "skipped">;

export type ImportState =
  | { phase: "none" }
  | { phase: "looking"; doneBytes: number; totalBytes: number; mails: number }
  | { phase: "looked"; files: string[]; look: ImportLook }
  | ({ phase: "running" } & Counts)
  /** `fault` says what has stopped it; null when somebody has. */
  | ({ phase: "paused"; fault: Fault | null } & Counts)
  /** The page was closed meanwhile: the same files are needed again. */
  | ({ phase: "interrupted"; files: string[] } & Counts)
  | ({ phase: "ended" } & Counts);

interface Job {
  state: ImportState;
  files: ChosenFile[];
  progress: ImportProgress | undefined;
  stop: AbortController;
  /** Ends after the batch that is under way, so that all of it is counted. */
  isPausing: boolean;
  running: Promise<void>;
}

const jobs = new WeakMap<Desk, Job>();

function jobOf(desk: Desk): Job {
  const job = jobs.get(desk) ?? {
    state: { phase: "none" },
    files: [],
    progress: undefined,
    stop: new AbortController(),
    isPausing: false,
    running: Promise.resolve(),
  };
  jobs.set(desk, job);
  return job;
}

type Tell = Room["tell"];

/** What there is of an earlier visit is found here. */
export async function readImport(desk: Desk): Promise<ImportState> {
  const job = jobOf(desk);
  if (job.state.phase !== "none" || job.progress !== undefined) return job.state;
  const { findKeptImport } = await import("@posthorn/client/transfer");
  const kept = await findKeptImport(desk.mail);
  if (!isProgress(kept)) return job.state;
  job.progress = kept;
  const files = kept.files.map(({ name }) => name);
  job.state = kept.isEnded
    ? { phase: "ended", ...countsOf(kept) }
    : { phase: "interrupted", files, ...countsOf(kept) };
  return job.state;
}

function countsOf({ total, done, imported, known, skipped }: ImportProgress): Counts {
  return { total, done, imported, known, skipped };
}

/** Looks into files. What they hold is then in the job's state. Throws what reading them throws. */
export async function lookAtFiles(desk: Desk, tell: Tell, { files }: { files: File[] }): Promise<void> {
  const job = jobOf(desk);
  job.stop.abort();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, desk.signal]);
  Object.assign(job, { stop, files: inOrder(files), progress: undefined });
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const show = (state: ImportState) => {
    job.state = state;
    tell(["transfers"]);
  };
  show({ phase: "looking", doneBytes: 0, totalBytes, mails: 0 });
  try {
    const look = await lookInto(job.files, signal, (read) => {
      if (!signal.aborted) show({ phase: "looking", totalBytes, ...read });
    });
    show({ phase: "looked", files: job.files.map(({ name }) => name), look });
  } catch (error) {
    if (signal.aborted) return;
    show({ phase: "none" });
    throw error;
  }
}

/** Always the same, however they were chosen. */
function inOrder(files: readonly File[]): ChosenFile[] {
  return files.map((blob) => ({ name: blob.name, blob })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function startImport(
  desk: Desk,
  tell: Tell,
  { targets, rest }: { targets: ImportTargets; rest: "archive" | "inbox" },
): Promise<void> {
  const job = jobOf(desk);
  if (job.state.phase !== "looked") return;
  const { mails, notRead } = job.state.look;
  job.progress = {
    files: job.files.map(({ name, blob }) => ({ name, sizeBytes: blob.size })),
    targets: { ...targets },
    rest,
    total: mails + notRead,
    done: 0,
    imported: 0,
    known: 0,
    skipped: 0,
    notes: [],
    isEnded: false,
  };
  run(desk, tell, job, job.progress);
}

/** After the page was closed: with the same files. Throws ProblemError `badRequest` for others. */
export async function continueImport(desk: Desk, tell: Tell, { files }: { files: File[] }): Promise<void> {
  const job = jobOf(desk);
  const chosen = inOrder(files);
  const { progress } = job;
  if (progress === undefined) return;
  const isSame =
    progress.files.length === chosen.length &&
    progress.files.every(
      ({ name, sizeBytes }, at) => chosen[at]?.name === name && chosen[at]?.blob.size === sizeBytes,
    );
  if (!isSame) {
    const names = progress.files.map(({ name }) => name).join(", ");
    fail("badRequest", `These are not the files that it began with. Choose: ${names}.`);
  }
  job.files = chosen;
  run(desk, tell, job, progress);
}

export async function resumeImport(desk: Desk, tell: Tell): Promise<void> {
  const job = jobOf(desk);
  if (job.state.phase === "paused" && job.progress !== undefined) run(desk, tell, job, job.progress);
}

export async function pauseImport(desk: Desk, tell: Tell): Promise<void> {
  const job = jobOf(desk);
  if (job.state.phase !== "running" || job.progress === undefined) return;
  job.isPausing = true;
  job.state = { phase: "paused", fault: null, ...countsOf(job.progress) };
  tell(["transfers"]);
  await job.running;
}

/** Nothing more is brought in, and nothing of it is kept here; what is in the account stays there. */
export async function endImport(desk: Desk, tell: Tell): Promise<void> {
  const job = jobOf(desk);
  job.stop.abort();
  Object.assign(job, { state: { phase: "none" }, files: [], progress: undefined });
  const { keepImport } = await import("@posthorn/client/transfer");
  await keepImport(desk.mail, undefined);
  tell(["transfers"]);
}

/** What was left out, and why. */
export async function importNotes(desk: Desk): Promise<ImportProgress["notes"]> {
  return jobOf(desk).progress?.notes ?? [];
}

function run(desk: Desk, tell: Tell, job: Job, progress: ImportProgress): void {
  const before = job.running;
  job.stop.abort();
  const stop = new AbortController();
  Object.assign(job, { stop, isPausing: false });
  const signal = AbortSignal.any([stop.signal, desk.signal]);
  const show = (state: ImportState) => {
    if (signal.aborted) return;
    job.state = state;
    tell(["transfers"]);
  };
  const isPaused = () => job.isPausing;
  const onBatch = () => {
    const counts = countsOf(progress);
    show(isPaused() ? { phase: "paused", fault: null, ...counts } : { phase: "running", ...counts });
  };
  onBatch();
  job.running = before
    .then(() => bringIn(desk, job.files, progress, { signal, isPaused, onBatch }))
    .then(
      () => {
        if (progress.isEnded) show({ phase: "ended", ...countsOf(progress) });
      },
      (error: unknown) => show({ phase: "paused", fault: faultOf(error), ...countsOf(progress) }),
    );
}

const inBatch = { mails: 20, bytes: 8 * 1024 * 1024 };

/** Goes on from where `progress` is, until it is at its end or is paused. Throws what a call throws; what was done by then is kept. */
async function bringIn(
  desk: Desk,
  files: readonly ChosenFile[],
  progress: ImportProgress,
  { signal, isPaused, onBatch }: { signal: AbortSignal; isPaused(): boolean; onBatch(): void },
): Promise<void> {
  const { findMails, importMails, keepImport, readMailHead } = await import("@posthorn/client/transfer");
  const places = placesIn(desk);
  await keepImport(desk.mail, progress);
  let batch = newBatch();
  const flush = async ({ isLast }: { isLast: boolean }) => {
    signal.throwIfAborted();
    const outcomes = await importMails(desk.mail.session, batch.mails, signal);
    for (const [at, outcome] of outcomes.entries()) {
      const about = batch.about[at] ?? { within: "", subject: "", from: "" };
      if (outcome.kind === "imported") progress.imported += 1;
      else if (outcome.kind === "known") noteTo(progress, { why: "known", ...about });
      else {
        const { code, sentence } = outcome;
        noteTo(progress, { why: "refused", code, sentence, ...about });
      }
    }
    for (const note of batch.notes) noteTo(progress, note);
    progress.done += batch.count;
    progress.isEnded = isLast;
    batch = newBatch();
    await keepImport(desk.mail, progress);
    onBatch();
  };
  let seen = 0;
  for await (const one of findMails(files, { signal })) {
    seen += 1;
    if (seen <= progress.done + batch.count) continue;
    batch.count += 1;
    const { within } = one;
    const head = one.kind === "mail" ? await readMailHead(one.bytes) : undefined;
    const place = head && placeOfMail(head.labels, progress.targets, progress.rest);
    if (one.kind !== "mail") batch.notes.push({ why: one.why, within });
    else if (head === undefined) batch.notes.push({ why: "notMail", within });
    else if (place === undefined) {
      batch.notes.push({ why: "omitted", within, subject: head.subject, from: head.from });
    } else {
      const { keywords } = place;
      batch.mails.push({ bytes: one.bytes, mailboxIds: await places(place), keywords });
      batch.about.push({ within, subject: head.subject, from: head.from });
      batch.bytes += one.bytes.length;
    }
    if (batch.count < inBatch.mails && batch.bytes < inBatch.bytes) continue;
    await flush({ isLast: false });
    if (isPaused()) return;
  }
  await flush({ isLast: true });
}

interface Batch {
  mails: MailToImport[];
  about: { within: string; subject: string; from: string }[];
  notes: NewNote[];
  bytes: number;
  /** Of what was found, mail or not. */
  count: number;
}

function newBatch(): Batch {
  return { mails: [], about: [], notes: [], bytes: 0, count: 0 };
}

/** Ids of mailboxes; labels are made when the first mail needs them. */
function placesIn(desk: Desk): (place: NonNullable<ReturnType<typeof placeOfMail>>) => Promise<string[]> {
  const known = new Map<string, string>();
  return async ({ roles, labels }) => {
    const ids: string[] = [];
    for (const role of roles) {
      const folder = await findFolder(desk, role);
      if (folder === undefined)
        return fail("unavailable", "The mailboxes are not here yet. Try again in a moment.");
      ids.push(folder.id);
    }
    const lacking = labels.filter((label) => !known.has(label));
    if (lacking.length > 0) {
      const { ensureLabels } = await import("@posthorn/client/transfer");
      for (const [label, id] of await ensureLabels(desk.mail.session, lacking)) known.set(label, id);
    }
    return [...new Set([...ids, ...labels.flatMap((label) => known.get(label) ?? [])])];
  };
}

/** The letters that this tab is writing: kept as drafts while they are written, one draft each. */
import { findDraft, type Mail, removeDraft, type StoredDraft, saveDraft } from "@posthorn/client";
import { fail, uuidV7 } from "@posthorn/protocol";
import { uniqueName } from "../unique-name.ts";
import type { Desk } from "./desk.ts";
import type { Fault } from "./fault.ts";
import {
  fieldsOf,
  isSameLetter,
  type LetterContent,
  type LetterFields,
  takeOver,
  unsentLetter,
} from "./letter-content.ts";
import { type FileJob, isUnderWay, type LetterFile, newJob, putInPlace, shownFile } from "./letter-files.ts";
import { troubleOf } from "./list-drafts.ts";
import { forgetKept, keepAll, pauseFile, readOrigin, resumeFile, uploadAll } from "./upload-files.ts";

export interface OpenLetter extends LetterContent {
  readonly id: number;
  /** Somebody has attached files, or taken some out. */
  hasChosenFiles: boolean;
  /** As it was kept last; undefined while there is no draft of it. */
  stored: StoredDraft | undefined;
  /** A composer shows it. Of one that none shows the files go up, and then it is over. */
  isShown: boolean;
  /** Ends when all that was to be kept is kept. */
  keeping: Promise<unknown>;
}

export interface KeptLetter {
  /** Names the draft; null for an account without keys, which keeps none. */
  name: string | null;
  fields: LetterFields;
  /** RFC 3339, to know what is newer. */
  savedAt: string;
  /** On this device alone so far. */
  isWaiting: boolean;
  /** Why the server does not take it. */
  trouble: Fault | null;
}

const letters = new Map<number, OpenLetter>();
let nextId = 1;

/** A letter that is written from now on. Its files go up. */
export function beginLetter(
  { mail }: Pick<Desk, "mail">,
  {
    fields,
    stored,
    files,
    messageId = newMessageId(mail),
    isShown = true,
    tell,
  }: {
    fields: LetterFields;
    stored: StoredDraft | undefined;
    files: FileJob[];
    messageId?: string | undefined;
    isShown?: boolean;
    tell: () => void;
  },
): OpenLetter {
  const letter: OpenLetter = {
    id: nextId++,
    messageId,
    fields,
    hasChosenFiles: false,
    stored,
    files: namedApart(files),
    isShown,
    keeping: Promise.resolve(),
    tell,
    keep: async () => {
      const { name } = letter.stored ?? {};
      // What nobody has touched is no draft yet.
      if (name === undefined && !letter.hasChosenFiles) return false;
      // It was thrown away in a list.
      if (!letter.isShown && (name === undefined || (await findDraft(mail, name)) === undefined)) {
        dropLetter(letter);
        return false;
      }
      const kept = await keepLetter(mail, letter).catch(() => undefined);
      return kept !== undefined && kept.name !== null;
    },
    settled() {
      if (!letter.isShown) void dropOnceKept(mail, letter);
    },
  };
  letters.set(letter.id, letter);
  putInPlace(letter);
  void uploadAll(mail, letter);
  return letter;
}

/** A text shows a picture by its name, so no two have the same. What has gone up has its name for good. */
function namedApart(files: readonly FileJob[]): FileJob[] {
  const taken = new Set<string>();
  return files.map((job) => {
    const isFixed = job.sealed !== undefined || job.filename === "";
    const filename = isFixed ? job.filename : uniqueName(job.filename, (name) => taken.has(name));
    taken.add(filename);
    return { ...job, filename };
  });
}

function newMessageId({ session }: Mail): string {
  const { clock, randomBytes } = session.platform;
  return uuidV7(clock.now(), randomBytes(16));
}

/** Throws ProblemError `notFound`. */
export function letterOf(id: number): OpenLetter {
  return letters.get(id) ?? fail("notFound", "This letter is not open any more. Open it from the drafts.");
}

/** The open letter of a draft. */
export function findOpenLetter(name: string): OpenLetter | undefined {
  return [...letters.values()].find(({ stored }) => stored?.name === name);
}

/** The draft of an open letter, by the id that the letter has when it is sent. */
export function draftOfOpen(messageId: string): string | undefined {
  return [...letters.values()].find((letter) => letter.messageId === messageId)?.stored?.name;
}

export function dropLetter(letter: OpenLetter): void {
  letters.delete(letter.id);
  for (const { stop } of letter.files.splice(0)) stop?.abort();
  letter.tell();
}

/** Of a letter that no composer shows. A paused file does not go up, and what is not kept of it yet would be lost. */
async function dropOnceKept(mail: Mail, letter: OpenLetter): Promise<void> {
  await filesKept(mail, letter);
  if (!letter.isShown && !letter.files.some(isUnderWay)) dropLetter(letter);
}

/** Ends when the bytes of all files are kept, or cannot be, and their draft knows it. */
async function filesKept(mail: Mail, letter: OpenLetter): Promise<void> {
  await keepAll(mail, letter).catch(() => undefined);
  await allKept(letter);
}

/**
 * One thing after the other. What ends a letter, by sending it or throwing it away, does so in its turn: what was to be kept
 * before is kept then, and nothing that was to be kept after it makes a draft of it again.
 */
export function inTurn<Result>(letter: OpenLetter, work: () => Promise<Result>): Promise<Result> {
  const done = letter.keeping.then(work);
  letter.keeping = done.catch(() => undefined);
  return done;
}

/**
 * Keeps a letter as its draft, on this device at once. Gives it as it is kept then, with what was written elsewhere meanwhile.
 * Nothing is kept twice. Throws ProblemError `notFound` when it was sent or thrown away.
 */
function keepLetter(mail: Mail, letter: OpenLetter): Promise<KeptLetter> {
  return inTurn(letter, () => keepNow(mail, letter));
}

/** As `keepLetter`, when it is its turn. */
export async function keepNow(mail: Mail, letter: OpenLetter): Promise<KeptLetter> {
  letterOf(letter.id);
  if (mail.key === undefined) {
    return { name: null, fields: letter.fields, savedAt: "", isWaiting: false, trouble: null };
  }
  const sent = unsentLetter(letter);
  const before = letter.stored;
  const isNews = before === undefined || before.trouble !== undefined || !isSameLetter(before.letter, sent);
  const stored = isNews ? await saveDraft(mail, sent, before) : before;
  letter.stored = stored;
  takeOver(letter, { base: before?.letter, sent, now: stored.letter });
  const { name, savedAt, isWaiting } = stored;
  // Not what was typed since: of that nothing is kept yet, and whoever has typed it knows it.
  return { name, fields: fieldsOf(stored.letter), savedAt, isWaiting, trouble: troubleOf(stored) };
}

/** A draft as it is now, also as another device has left it. Null when it is not there. */
export async function readDraft(mail: Mail, name: string): Promise<KeptLetter | null> {
  const stored = await findDraft(mail, name);
  if (stored === undefined) return null;
  const { letter, savedAt, isWaiting } = stored;
  return { name, fields: fieldsOf(letter), savedAt, isWaiting, trouble: troubleOf(stored) };
}

/** Keeps what a page says is written now. */
export function keepFields(mail: Mail, letter: OpenLetter, fields: LetterFields): Promise<KeptLetter> {
  letter.fields = fields;
  return keepLetter(mail, letter);
}

export interface ClosingLetter {
  letterId: number;
  fields: LetterFields;
  /** Nobody has written anything in it. */
  isEmpty: boolean;
  /** What it is called where a draft that goes can be taken back. */
  label: string;
}

type Closing = Omit<ClosingLetter, "letterId">;

/**
 * Ends writing: what was written stays as a draft, what says nothing leaves no trace. Files that have not gone up go on doing
 * so, and are kept on this device until then.
 */
export async function closeLetter(mail: Mail, letter: OpenLetter, closing: Closing): Promise<void> {
  if (closing.isEmpty && !letter.hasChosenFiles) await discardLetter(mail, letter, closing);
  else {
    await keepFields(mail, letter, closing.fields);
    await allKept(letter);
    letter.isShown = false;
    await dropOnceKept(mail, letter);
  }
}

/** Ends when nothing is to be kept any more: a file may have gone up meanwhile. */
async function allKept(letter: OpenLetter): Promise<void> {
  for (let last: unknown; last !== letter.keeping; ) {
    last = letter.keeping;
    await last;
  }
}

/** Throws the draft away once its files are kept, so that they come back with it. Gives the number by which that is taken back. */
export async function discardLetter(
  mail: Mail,
  letter: OpenLetter,
  { fields, isEmpty, label }: Closing,
): Promise<number | null> {
  if (!isEmpty) letter.fields = fields;
  if (letter.files.length > 0) await filesKept(mail, letter);
  return inTurn(letter, async () => {
    if (!isEmpty) await keepNow(mail, letter);
    const { stored } = letter;
    dropLetter(letter);
    const undo = stored === undefined ? undefined : await removeDraft(mail, label, stored);
    return undo?.number ?? null;
  });
}

/** Nothing for a letter that is not open. */
export function findLetterFiles(id: number): LetterFile[] {
  return (letters.get(id)?.files ?? []).map(shownFile);
}

export interface Uploads {
  count: number;
  /** From 0 to 1. */
  done: number;
  /** A page that is closed now loses a file, whether its letter is shown or not. */
  isAtRisk: boolean;
}

/** What goes up by itself now. */
export function readUploads(): Uploads {
  const all = [...letters.values()].flatMap(({ files }) => files);
  const jobs = all.filter(isUnderWay);
  const totalBytes = jobs.reduce((sum, job) => sum + job.totalBytes, 0);
  const doneBytes = jobs.reduce((sum, job) => sum + (job.state === "sealing" ? 0 : job.doneBytes), 0);
  return {
    count: jobs.length,
    done: totalBytes === 0 ? 0 : Math.min(1, doneBytes / totalBytes),
    isAtRisk: all.some((job) => shownFile(job).isAtRisk),
  };
}

export function addFiles(mail: Mail, letter: OpenLetter, files: readonly File[]): void {
  for (const file of files) {
    const { name, type, size } = file;
    const filename = uniqueName(name, (other) => letter.files.some((job) => job.filename === other));
    letter.files.push(newJob({ kind: "blob", blob: file }, { filename, mimeType: type, sizeBytes: size }));
  }
  filesHaveChanged(mail, letter);
}

/** The last takes its place, so that all others stay where they are sealed for. */
export function removeFile(mail: Mail, letter: OpenLetter, key: number): void {
  const at = letter.files.findIndex((job) => job.key === key);
  if (at < 0) return;
  const [gone] = letter.files.splice(at, 1);
  gone?.stop?.abort();
  if (gone !== undefined) void forgetKept(mail, gone).catch(() => undefined);
  const last = letter.files[letter.files.length - 1];
  if (last !== undefined && at < letter.files.length - 1) {
    letter.files.pop();
    letter.files.splice(at, 0, last);
  }
  filesHaveChanged(mail, letter);
}

export async function pauseLetterFile(mail: Mail, letter: OpenLetter, key: number): Promise<void> {
  const job = letter.files.find((one) => one.key === key);
  if (job !== undefined) await pauseFile(mail, letter, job);
}

/** All of them, when it is said of none. */
export async function resumeLetterFiles(mail: Mail, letter: OpenLetter, key?: number): Promise<void> {
  const jobs = letter.files.filter((one) => key === undefined || one.key === key);
  await Promise.all(jobs.map((job) => resumeFile(mail, letter, job)));
}

export function retryFile(mail: Mail, letter: OpenLetter, key: number): void {
  const job = letter.files.find((one) => one.key === key);
  if (job?.state !== "failed" || job.origin.kind === "lost") return;
  job.state = "waiting";
  filesHaveChanged(mail, letter);
}

/** The bytes of a file of the letter, to be shown. Throws what downloading does, ProblemError `notFound` for none. */
export function readLetterFile({ mail, signal }: Desk, letter: OpenLetter, key: number): Promise<Blob> {
  const job = letter.files.find((one) => one.key === key);
  return job === undefined
    ? fail("notFound", "This file is not attached any more.")
    : readOrigin(mail, job, signal);
}

function filesHaveChanged(mail: Mail, letter: OpenLetter): void {
  letter.hasChosenFiles = true;
  putInPlace(letter);
  letter.tell();
  void letter.keep();
  void keepAll(mail, letter);
  void uploadAll(mail, letter);
}

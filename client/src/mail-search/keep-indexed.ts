/** Keeping the search index of an account's mail: one tab does it for all that share the place. */
import { ProblemError } from "@posthorn/protocol";
import { LocalStoreError } from "../local/local-store.ts";
import { emailOfNumber } from "../search/email-id.ts";
import { fillIndex } from "../search/fill-index.ts";
import { localSegments } from "../search/local-segments.ts";
import { openIndex } from "../search/search-index.ts";
import { always, gapsBetween, type Span } from "../search/spans.ts";
import { isSignedOut } from "../session.ts";
import { type Bell, newBell } from "../sync/bell.ts";
import { changedEmails } from "../sync/changed-emails.ts";
import { emails } from "../sync/email.ts";
import { emailLayers } from "../sync/layers.ts";
import { type Mail, statuses, syncStates } from "../sync/mail-context.ts";
import { mirroredSpan, type SearchCoverage, searchCoverage } from "./coverage.ts";
import { type LiveIndex, makeLive } from "./index-here.ts";
import { mailSource, readDocs } from "./mail-source.ts";
import { writeShared } from "./share-segments.ts";
import { takeNews } from "./take-news.ts";
import { takeOver } from "./take-over.ts";

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const pageSize = 200;

export interface KeepIndexedOptions {
  /** Ends it, at any point; the next time it goes on from there. */
  signal: AbortSignal;
  /** Told after each step. */
  onCoverage?: ((coverage: SearchCoverage) => void) | undefined;
}

/**
 * Keeps the index the same as the mail that is on this device, until the signal aborts or the sign-in has ended, when its
 * turn has come. What was never opened is opened for it, newest first, or taken from the account's other devices. Without
 * a network it goes as far as it can and waits. It may run in a worker, with a mail of its own over the same place. Throws
 * LocalStoreError when nothing can be kept here any more.
 */
export function keepIndexed(mail: Mail, options: KeepIndexedOptions): Promise<void> {
  return inTurn(mail, options, async (job) => {
    let failures = 0;
    while (!job.signal.aborted) {
      try {
        await catchUp(job);
        failures = 0;
        await job.bell.wait(job.signal);
      } catch (error) {
        if (job.signal.aborted || isSignedOut(error)) return;
        if (error instanceof LocalStoreError) throw error;
        await pause(job, failures++, error);
      }
    }
  });
}

/**
 * Indexes the mail that is on this device now, and resolves when that is done or the signal aborts: for programs that ask
 * something and end. Throws what a call throws; the index is then as far as it came.
 */
export function indexMail(mail: Mail, options: KeepIndexedOptions): Promise<void> {
  return inTurn(mail, options, catchUp);
}

interface Job extends LiveIndex {
  readonly mail: Mail;
  readonly signal: AbortSignal;
  readonly bell: Bell;
  /** What other devices have was looked at. */
  hasTakenOver: boolean;
  /** And what is gone of it was taken out. */
  hasForgotten: boolean;
  /** What could not be opened was tried once more. */
  hasTriedAgain: boolean;
  tell(): Promise<void>;
}

async function inTurn(
  mail: Mail,
  { signal, onCoverage }: KeepIndexedOptions,
  work: (job: Job) => Promise<void>,
): Promise<void> {
  const name = `posthorn search ${mail.session.address}`;
  try {
    await mail.tabs.withLock(name, signal, async () => {
      const index = await openIndex(localSegments(mail.store, mail.key));
      const tell = async () => {
        if (onCoverage !== undefined) onCoverage(await searchCoverage(mail));
      };
      const bell = newBell();
      const job: Job = {
        mail,
        signal,
        bell,
        index,
        walked: [],
        hasTakenOver: false,
        hasForgotten: false,
        hasTriedAgain: false,
        tell,
      };
      const endings = [
        makeLive(mail, job),
        mail.store.subscribe([changedEmails, syncStates, statuses], () => bell.ring()),
      ];
      try {
        await work(job);
      } finally {
        // What was gathered is not opened once more.
        await index.flush().catch(unlessClosed);
        for (const end of endings) end();
      }
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function unlessClosed(error: unknown): void {
  if (!(error instanceof LocalStoreError && error.fault === "closed")) throw error;
}

/** Until all that is here is indexed. What other devices have comes first, because it saves opening. */
async function catchUp(job: Job): Promise<void> {
  const { mail, index, signal } = job;
  const failure = await unlessFails(async () => {
    if (job.hasTakenOver) return;
    await takeOver(mail, index, signal);
    job.hasTakenOver = true;
  });
  await takeAllNews(job);
  await fillAll(job);
  await forgetGone(job);
  if (failure !== undefined) throw failure.error;
  await tryAgain(job);
  await writeShared(mail, index, signal);
  await job.tell();
}

/** What fails here keeps nothing else from being done; it is thrown in the end. */
async function unlessFails(work: () => Promise<void>): Promise<{ error: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof LocalStoreError) throw error;
    return { error };
  }
}

async function takeAllNews({ mail, index, signal }: Job): Promise<void> {
  while (!signal.aborted && (await takeNews(mail, index, signal)));
}

async function fillAll(job: Job): Promise<void> {
  const { mail, index, signal } = job;
  const state = await mail.store.get(syncStates, "Email");
  const mirrored = await mirroredSpan(mail, state);
  if (state === undefined || mirrored === undefined) return;
  const pass = String(state.pass);
  if (index.cursor === undefined) {
    index.follow(pass);
    await index.flush();
  }
  const isAgain = index.cursor !== pass;
  const gaps = gapsBetween(isAgain ? job.walked : index.coverage().spans);
  const spans = within(gaps, mirrored);
  if (spans.length > 0) {
    for await (const _ of fillIndex(index, mailSource(mail, signal), { pageSize, spans })) {
      signal.throwIfAborted();
      await takeAllNews(job);
      await job.tell();
    }
  }
  if (!isAgain) return;
  job.walked = [mirrored];
  if (mirrored.from !== always.from) return;
  index.follow(pass);
  await index.flush();
}

function within(spans: readonly Span[], { from, to }: Span): Span[] {
  return spans
    .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.from < span.to);
}

/**
 * Segments of other devices may have words of messages that are not in the account any more. An id is a number of the
 * counter that states are of, so one above the state of the list is of a message that this device has not heard of yet:
 * that is looked at again once the list is of a later state, and forgotten then if it is not there.
 */
async function forgetGone(job: Job): Promise<void> {
  const { mail, index } = job;
  if (job.hasForgotten || !job.hasTakenOver) return;
  // The state first: what comes after it is read here is there all the more.
  const list = await mail.store.get(syncStates, "Email");
  if (list?.isWhole !== true || list.state === null) return;
  const newest = Number(list.state);
  const [here, bases] = [await mail.store.keys(emails), await mail.store.keys(emailLayers.bases)];
  const there = new Set([...here, ...bases]);
  const numbers = index.segments().flatMap(({ table }) => [...table.ids]);
  const known = numbers.filter((number) => number <= newest).map(emailOfNumber);
  await index.remove(known.filter((id) => !there.has(id)));
  await index.flush();
  job.hasForgotten = known.length === numbers.length;
}

/** Keys of senders that could not be asked for are there the next time, and other devices know more epochs. */
async function tryAgain(job: Job): Promise<void> {
  const { mail, index, signal } = job;
  if (job.hasTriedAgain) return;
  const ids = index.partialIds();
  for (let at = 0; at < ids.length && !signal.aborted; at += pageSize) {
    const rows = (await mail.store.getMany(emails, ids.slice(at, at + pageSize))).filter(
      (row) => row !== undefined,
    );
    await index.add(await readDocs(mail, rows, signal));
  }
  await index.flush();
  job.hasTriedAgain = true;
}

/** Longer each time, and not the same for all; what happens with the mail here ends it. */
async function pause({ mail, signal, bell }: Job, failures: number, error: unknown): Promise<void> {
  const { clock, randomBytes } = mail.session.platform;
  const [chance = 0] = randomBytes(1);
  const growing = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10));
  const asked = error instanceof ProblemError ? (error.problem.retryAfterS ?? 0) * 1_000 : 0;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  await Promise.race([
    clock.sleep(Math.max(asked, growing * (0.5 + chance / 512)), either),
    bell.wait(either),
  ]);
  over.abort();
}

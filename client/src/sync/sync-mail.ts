/** Keeping an account's mail here and on its server the same: one tab does it for all. */
import { LocalStoreError } from "../local/local-store.ts";
import { isSignedOut } from "../session.ts";
import { begin } from "./begin.ts";
import { actions } from "./change.ts";
import { nextTryMs } from "./failures.ts";
import { fill } from "./fill.ts";
import { follow } from "./follow.ts";
import { forgetEdits } from "./forget-edits.ts";
import { keepListening } from "./keep-listening.ts";
import { forgetLetters } from "./letters.ts";
import { listDue } from "./list-due.ts";
import { type Mail, type SyncStatus, statuses } from "./mail-context.ts";
import { isHalvedFor, type PageSize } from "./page-size.ts";
import { push } from "./push.ts";
import { pushLetters } from "./push-letters.ts";
import { askedMs, newWork, noteMayHaveChanged, pauseMsAfter, type Work } from "./sync-work.ts";
import { type WhyNot, whyOf } from "./why-of.ts";

/** While much is read, what could not be told is tried again after so long. */
const pushAgainMs = 30_000;

/**
 * Keeps the mail the same until the signal aborts, when this tab's turn has come: one of all that share the place does
 * it, the next when that ends. What is done here goes to the server, and what changes there comes here, as it happens;
 * without a network it waits. How it goes is told by `statuses`. Resolves when the signal aborts, or when the sign-in
 * has ended; throws LocalStoreError when nothing can be kept here any more.
 */
export async function syncMail(mail: Mail, signal: AbortSignal): Promise<void> {
  try {
    await mail.tabs.withLock(lockOf(mail), signal, () => lead(mail, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * Makes the mail the same once and hears of nothing: for programs that ask something and end. Waits for its turn as
 * `syncMail` does. Throws what a call throws; what was read until then stays here, and the next time goes on from there.
 */
export async function syncOnce(mail: Mail, signal: AbortSignal): Promise<void> {
  await mail.tabs.withLock(lockOf(mail), signal, async () => {
    const work = newWork(mail, signal);
    try {
      let sentBefore: number;
      do {
        sentBefore = work.sentTimes;
        await catchUp(work);
        await work.sending;
      } while (work.sentTimes !== sentBefore && !signal.aborted);
    } finally {
      await work.sending;
    }
  });
}

function lockOf({ session }: Mail): string {
  return `posthorn sync ${session.address}`;
}

async function lead(mail: Mail, outer: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([outer, ended.signal]);
  const work = newWork(mail, signal);
  const stop = ringForNew(work);
  try {
    await forgetLetters(mail);
    await forgetEdits(mail);
    const listening = keepListening(work);
    await keepUp(work);
    ended.abort();
    await listening;
  } catch (error) {
    if (error instanceof LocalStoreError)
      await tell(mail, "stopped", { sentence: error.message, code: `device.${error.fault}` }).catch(
        () => undefined,
      );
    throw error;
  } finally {
    stop();
    ended.abort();
    await work.sending;
  }
}

/** Rings for what was done here, and not for what is noted of it, or a pause would end by its own beginning. */
function ringForNew({ mail, bell }: Work): () => void {
  let newest = "";
  return mail.store.subscribe([actions], (change) => {
    const keys = change.get(actions.name) ?? "all";
    const last = keys === "all" ? undefined : [...keys].sort().at(-1);
    if (last !== undefined && last <= newest) return;
    newest = last ?? newest;
    bell.ring();
  });
}

/** Until the signal aborts, or the sign-in has ended. */
async function keepUp(work: Work): Promise<void> {
  const { mail, signal } = work;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await catchUp(work);
      failures = 0;
      if (work.isListening) await tell(mail, "live", null);
      else await tell(mail, "waiting", work.deafness);
      await waitForMore(work);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof LocalStoreError) throw error;
      work.changed = "all";
      const why = whyOf(error);
      if (isSignedOut(error)) return tell(mail, "signedOut", why);
      await tell(mail, "waiting", why);
      await pause(work, failures++, error);
      work.untold = undefined;
    }
  }
}

/**
 * Until nothing is left to do: first what was done here, then what has changed there, then what was not read yet. Letters
 * are sent beside it. What cannot be told for now keeps nothing from being read; why is thrown in the end.
 */
async function catchUp(work: Work): Promise<void> {
  const { mail, signal, page } = work;
  while (!signal.aborted) {
    if (await smaller(page, () => begin(mail, work))) {
      await tell(mail, "working", null);
      continue;
    }
    let pushed: Awaited<ReturnType<typeof push>> = "nothing";
    if (mayTell(work)) {
      work.untold = undefined;
      await sendLetters(work);
      try {
        pushed = await push(mail, work);
      } catch (error) {
        if (error instanceof LocalStoreError || isSignedOut(error)) throw error;
        noteUntold(work, error);
        // It may be done there all the same.
        pushed = "more";
      }
    }
    if (pushed === "more") work.changed = "all";
    else if (pushed === "done") continue;
    const changed = work.changed;
    if (changed === "all" || changed.size > 0) {
      work.changed = new Set();
      const types = changed === "all" ? undefined : changed;
      const read = await smaller(page, () => follow(mail, { types, page, signal }));
      if (read === "more") noteMayHaveChanged(work, changed);
      continue;
    }
    if (await smaller(page, () => fill(mail, page, signal))) continue;
    const { untold } = work;
    work.untold = undefined;
    if (untold !== undefined) throw untold.error;
    return;
  }
}

/** Begins to send what waits, unless that goes on already. It rings when all is sent. */
async function sendLetters(work: Work): Promise<void> {
  const { mail, failures, bell } = work;
  if (work.sending !== undefined || (await listDue(mail, failures, "letters", 1)).length === 0) return;
  work.sending = pushLetters(mail, work)
    .then(() => bell.ring())
    // It does not ring, or it would end the pause that comes of it.
    .catch((error: unknown) => noteUntold(work, error))
    .then(() => {
      work.sending = undefined;
      work.sentTimes++;
    });
}

function noteUntold(work: Work, error: unknown): void {
  work.untold = { error, atMs: work.mail.session.platform.clock.now() };
}

/** Not at once again after it has failed, and no sooner than the server has asked for. */
function mayTell({ untold, mail }: Work): boolean {
  if (untold === undefined) return true;
  return mail.session.platform.clock.now() - untold.atMs > Math.max(pushAgainMs, askedMs(untold.error));
}

/** With a smaller page each time that the answer is too large to be read. */
async function smaller<Result>(page: PageSize, read: () => Promise<Result>): Promise<Result> {
  while (true) {
    try {
      return await read();
    } catch (error) {
      if (!isHalvedFor(error, page)) throw error;
    }
  }
}

/** Until the bell rings, or a letter that was put aside is to be tried. */
async function waitForMore({ mail, signal, bell, failures, sending, untold }: Work): Promise<void> {
  const { clock } = mail.session.platform;
  const againMs = nextTryMs(failures);
  if (untold !== undefined) return;
  if (sending === undefined && againMs === undefined) return bell.wait(signal);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  // What is being sent now is to be noted when it has come to an end, and not tried meanwhile.
  const other = sending ?? clock.sleep(Math.max(0, (againMs ?? 0) - clock.now()), either);
  await Promise.race([other, bell.wait(either)]);
  over.abort();
}

/**
 * Longer each time, and not the same for all clients of a server that comes back; what is done here ends it, but not what
 * the server has asked for.
 */
async function pause(work: Work, failures: number, error: unknown): Promise<void> {
  const { platform } = work.mail.session;
  const pauseMs = pauseMsAfter(work, failures);
  const asked = askedMs(error);
  if (asked > 0) await platform.clock.sleep(asked, work.signal);
  if (asked >= pauseMs) return;
  const over = new AbortController();
  const signal = AbortSignal.any([work.signal, over.signal]);
  await Promise.race([platform.clock.sleep(pauseMs - asked, signal), work.bell.wait(signal)]);
  over.abort();
}

async function tell({ store, session }: Mail, state: SyncStatus["state"], why: WhyNot | null): Promise<void> {
  const { sentence, code } = why ?? { sentence: null };
  const before = await store.get(statuses, "status");
  if (before?.state === state && before.sentence === sentence) return;
  const sinceMs = session.platform.clock.now();
  await store.write([statuses], (writer) =>
    writer.put(statuses, [
      { key: "status", state, sentence, ...(code === undefined ? {} : { code }), sinceMs },
    ]),
  );
}

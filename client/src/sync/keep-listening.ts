/** Hearing from the server what changes there, for as long as it is wanted. */
import { isSignedOut } from "../session.ts";
import { Unreachable } from "../unreachable.ts";
import { listen } from "./listen.ts";
import { accountKey, syncStates } from "./mail-context.ts";
import { askedMs, noteMayHaveChanged, pauseMsAfter, type Work } from "./sync-work.ts";
import { whyOf } from "./why-of.ts";

/**
 * Hears of changes for as long as it is wanted; comes again with what it heard last. One that has to come again at once,
 * as servers ask now and then, is not told of; that it could not is, and a sign-in that has ended shows in the next call.
 */
export async function keepListening(work: Work): Promise<void> {
  const { mail, signal, bell } = work;
  const { host } = new URL(mail.session.endpoint);
  let lastEventId: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    let isOpened = false;
    let asked = 0;
    try {
      lastEventId = await listen(mail.session, {
        lastEventId,
        signal,
        onOpen() {
          // What had become of the account meanwhile was told to nobody.
          if (failures > 0 && lastEventId === undefined) void noteAccount(work, unheard);
          failures = 0;
          isOpened = true;
          work.isListening = true;
          work.changed = "all";
          bell.ring();
        },
        onChange(states) {
          void noteChanged(work, states);
        },
      });
      // It was silent for so long that it was not waited for.
      if (!isOpened && !signal.aborted) throw new Unreachable("timeout", host);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      asked = askedMs(error);
      work.isListening = false;
      work.deafness = whyOf(error);
      if (isSignedOut(error)) work.changed = "all";
      bell.ring();
      if (isSignedOut(error)) return;
    }
    work.isListening = false;
    if (!signal.aborted) await pauseListening(work, failures, asked);
  }
}

/** No sooner than the server has asked for. */
async function pauseListening(work: Work, failures: number, asked: number): Promise<void> {
  const { mail, signal } = work;
  await mail.session.platform.clock.sleep(Math.max(asked, pauseMsAfter(work, failures)), signal);
}

/** In place of a state that was not told. */
const unheard = "";

/** Of the account itself nothing is mirrored but its state: whoever shows something of it hears of that. */
async function noteAccount({ mail: { store } }: Work, state: string): Promise<void> {
  const row = { key: accountKey, state, pass: 0, isWhole: true, frontier: [], total: null };
  // Where nothing can be kept, that is told by what is read next.
  await store.write([syncStates], (writer) => writer.put(syncStates, [row])).catch(() => undefined);
}

/** A state that is here already, as after what was done here itself, is no news. */
async function noteChanged(work: Work, states: ReadonlyMap<string, string> | undefined): Promise<void> {
  if (states === undefined) noteMayHaveChanged(work, "all");
  else {
    const known = await work.mail.store.list(syncStates).catch(() => []);
    for (const [type, state] of states) {
      // Records are read by collection, each with a state of its own.
      const ofType = known.filter(({ key }) => key.split(" ")[0] === type);
      if (type === accountKey) await noteAccount(work, state);
      const isKnown = ofType.length > 0 && ofType.every(({ state: kept }) => kept === state);
      if (!isKnown) noteMayHaveChanged(work, [type]);
    }
  }
  work.bell.ring();
}

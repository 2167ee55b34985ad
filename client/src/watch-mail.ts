/** Messages as they come: heard of by the server's events, asked for by what has changed. */
import { type MessageMeta, ProblemError } from "@posthorn/protocol";
import { JmapRefusal } from "./jmap.ts";
import { listMessages, readChanges, readMetas } from "./mail.ts";
import type { Session } from "./session.ts";
import { listen } from "./sync/listen.ts";
import { UnexpectedAnswer, Unreachable } from "./unreachable.ts";

export interface Watching {
  signal: AbortSignal;
  /** Whether `wireText` is to come with each message. */
  withText?: boolean | undefined;
  /** New messages, the first that came first. What comes meanwhile is asked for when this has resolved. */
  onMessages(messages: readonly MessageMeta[]): Promise<void>;
  /** There is no way to the server just now; it is tried again after `waitMs`. */
  onTrouble?: ((error: unknown, waitMs: number) => void) | undefined;
}

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
const portion = 50;

/** How far it has told. */
interface Told {
  /** All that came until then. */
  state: string;
  /** And of what came since, these. */
  ids: Set<string>;
}

/**
 * Tells of every message that comes to be in the account from now on, wherever it lies, until the signal aborts: of each
 * once. What came while the wire was cut is told when it holds again. Throws what does not pass by itself, as when the sign-in has
 * ended, and what listing throws when the server cannot be reached at first.
 */
export async function watchMail(session: Session, watching: Watching): Promise<void> {
  const { signal, onTrouble } = watching;
  const { clock } = session.platform;
  const told: Told = { state: await currentState(session, signal), ids: new Set() };
  let lastEventId: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const round = new AbortController();
    let trouble: unknown;
    const catching = oneAtATime(async () => {
      if (trouble !== undefined) return;
      try {
        await tellNew(session, told, watching);
        failures = 0;
      } catch (error) {
        trouble = error;
        round.abort();
      }
    });
    try {
      lastEventId = await listen(session, {
        lastEventId,
        signal: AbortSignal.any([signal, round.signal]),
        onOpen: catching.ring,
        onChange(states) {
          if (states?.has("Email") ?? true) catching.ring();
        },
      });
    } catch (error) {
      trouble ??= error;
    }
    await catching.done();
    if (signal.aborted) return;
    if (trouble !== undefined && !isPassing(trouble)) throw trouble;
    const waitMs = Math.min(firstWaitMs * 2 ** Math.min(failures++, 10), longestWaitMs);
    if (trouble !== undefined) onTrouble?.(trouble, waitMs);
    await clock.sleep(waitMs, signal);
  }
}

async function currentState(session: Session, signal: AbortSignal): Promise<string> {
  return (await listMessages(session, { limit: 1, signal })).state;
}

async function tellNew(session: Session, told: Told, watching: Watching): Promise<void> {
  const { signal, withText } = watching;
  while (!signal.aborted) {
    const changes = await readChanges(session, told.state, { signal }).catch((error: unknown) => {
      // Nobody knows any more what has come since: what comes from now on is told.
      if (error instanceof JmapRefusal && error.type === "cannotCalculateChanges") return undefined;
      throw error;
    });
    const created = changes?.created.filter((id) => !told.ids.has(id)) ?? [];
    for (let at = 0; at < created.length && !signal.aborted; at += portion) {
      const ids = created.slice(at, at + portion);
      await watching.onMessages(await readMetas(session, ids, { withText, signal }));
      for (const id of ids) told.ids.add(id);
    }
    if (signal.aborted) return;
    told.state = changes?.newState ?? (await currentState(session, signal));
    told.ids.clear();
    if (changes?.hasMoreChanges !== true) return;
  }
}

/** Does the work for each ring, once for all that come while it is being done. */
function oneAtATime(work: () => Promise<void>): { ring(): void; done(): Promise<void> } {
  let isWanted = false;
  let running: Promise<void> | undefined;
  async function run(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      await work();
    }
    running = undefined;
  }
  return {
    ring() {
      isWanted = true;
      running ??= run();
    },
    done: async () => running,
  };
}

function isPassing(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (error instanceof UnexpectedAnswer) return error.status >= 500;
  return error instanceof ProblemError && error.problem.retry === "later";
}

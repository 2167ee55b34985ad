/** Hearing from the server what has changed, as it happens (RFC 8620 §7.3). */
import { readJson, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { jmapAccountId } from "../jmap.ts";
import type { Session } from "../session.ts";
import { readEvents } from "./event-stream.ts";

const pingS = 30;
/** Two pings that do not come, and a little: then there is nobody at the other end. */
const silentMs = 75_000;

const stateShape = shape(
  Type.Object({ changed: Type.Record(Type.String(), Type.Record(Type.String(), Type.String())) }),
);

export interface Listening {
  /** The id of the event that was heard last, to go on from there. */
  lastEventId: string | undefined;
  /** Called once, when the server has begun to tell. What changed before is not told, unless it goes on from an id. */
  onOpen(): void;
  /** The states that types of the account have now; undefined when it cannot be told which have changed. */
  onChange(states: ReadonlyMap<string, string> | undefined): void;
  signal: AbortSignal;
}

/**
 * Listens until the stream ends, or nothing was heard for too long. Gives the id of the event that was heard last. Throws
 * what a call throws when there is no stream.
 */
export async function listen(session: Session, listening: Listening): Promise<string | undefined> {
  const { clock } = session.platform;
  let { lastEventId } = listening;
  const accountId = await jmapAccountId(session);
  const silent = new AbortController();
  const signal = AbortSignal.any([listening.signal, silent.signal]);
  let watching = new AbortController();
  const watch = () => {
    watching.abort();
    const mine = new AbortController();
    watching = mine;
    void clock.sleep(silentMs, mine.signal).then(() => {
      if (!mine.signal.aborted) silent.abort();
    });
  };
  watch();
  try {
    const answer = await session.exchange("jmapEvents", {
      query: { types: "*", closeafter: "no", ping: String(pingS) },
      headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
      signal,
    });
    listening.onOpen();
    for await (const { event, data, id } of readEvents(until(answer.body, signal))) {
      watch();
      if (id !== undefined) lastEventId = id;
      if (event === "state" && data !== undefined) listening.onChange(statesIn(data, accountId));
    }
  } catch (error) {
    // Once it was open, how it has ended is of no interest.
    if (!signal.aborted && lastEventId === listening.lastEventId) throw error;
  } finally {
    watching.abort();
    silent.abort();
  }
  return lastEventId;
}

/** Ends when the signal aborts, also while the wire says nothing and does not notice. */
async function* until(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const reading = bytes[Symbol.asyncIterator]();
  let stop: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    while (!signal.aborted) {
      const next = reading.next();
      const read = await Promise.race([next, aborted]);
      if (read === undefined) {
        // Whatever it still comes to concerns nobody, and a wire that says nothing is not waited for.
        next.catch(() => undefined);
        reading.return?.().catch(() => undefined);
        return;
      }
      if (read.done === true) return;
      yield read.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function statesIn(data: string, accountId: string): ReadonlyMap<string, string> | undefined {
  try {
    const { changed } = stateShape.parse(readJson(new TextEncoder().encode(data)));
    return new Map(Object.entries(changed[accountId] ?? {}));
  } catch {
    return undefined;
  }
}

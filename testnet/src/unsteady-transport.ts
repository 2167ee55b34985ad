import { type Transport, Unreachable } from "@posthorn/client";
import { type EventFate, spoilEvents } from "./spoil-events.ts";

/** A client's wire that can be cut. */
export interface UnsteadyTransport {
  transport: Transport;
  /** False: nothing comes through, and what was open breaks. */
  isUp: boolean;
  /** Of a request: `lost` never arrives · `unanswered` arrives, and its answer is lost · else it goes well. */
  fate: () => "lost" | "unanswered" | "well";
  /** Of an event that the server tells. */
  eventFate: () => EventFate;
  /** Breaks what is open now, such as streams of events. */
  cut(): void;
}

export function unsteadyTransport(inner: Transport): UnsteadyTransport {
  const open = new Set<() => void>();
  const wire: UnsteadyTransport = {
    isUp: true,
    fate: () => "well",
    eventFate: () => "well",
    cut() {
      for (const end of open) end();
      open.clear();
    },
    async transport(request) {
      const { host } = new URL(request.url);
      const fate = wire.isUp ? wire.fate() : "lost";
      if (fate === "lost") throw new Unreachable("connect", host);
      const answer = await inner(request);
      if (fate === "unanswered" || !wire.isUp) {
        await answer.body[Symbol.asyncIterator]().return?.();
        throw new Unreachable("cut", host);
      }
      const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
      const body = isStream ? spoilEvents(answer.body, () => wire.eventFate()) : answer.body;
      return { ...answer, body: untilCut(body, host, open, request.signal) };
    },
  };
  return wire;
}

/** No generator: one that was never begun would not hear that it is given up. */
function untilCut(
  body: AsyncIterable<Uint8Array>,
  host: string,
  open: Set<() => void>,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const reading = body[Symbol.asyncIterator]();
  let end: () => void = () => undefined;
  const cut = new Promise<"cut">((resolve) => {
    end = () => resolve("cut");
  });
  open.add(end);
  signal?.addEventListener("abort", end);
  function giveUp(): IteratorReturnResult<undefined> {
    open.delete(end);
    signal?.removeEventListener("abort", end);
    // It may wait for something that does not come.
    reading.return?.().catch(() => undefined);
    return { done: true, value: undefined };
  }
  const source: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      const next = reading.next();
      const read = await Promise.race([next, cut]).catch((error: unknown) => {
        giveUp();
        throw error;
      });
      if (read === "cut") {
        next.catch(() => undefined);
        giveUp();
        throw new Unreachable("cut", host);
      }
      return read.done === true ? giveUp() : read;
    },
    return: async () => giveUp(),
  };
  return { [Symbol.asyncIterator]: () => source };
}

/** The worker of a tab: keys, mail and index are here, so that the page is free to draw. */
import { isSame } from "../same.ts";
import { toldAfter } from "../told-rows.ts";
import { calls } from "./calls.ts";
import { openRoom } from "./desk.ts";
import { faultOf, stopped } from "./fault.ts";
import type { FromWorker, ToldView, ToWorker } from "./messages.ts";
import type { Topic } from "./topic.ts";
import { views } from "./views.ts";

interface Watch {
  topics: ReadonlySet<Topic>;
  /** Reads again; what is asked for while it reads is read once afterwards. */
  read(): void;
}

const watches = new Map<number, Watch>();
const told = new Set<Topic>();
let isTelling = false;

/** Everything that happens in one go is one reading. */
function tell(topics: readonly Topic[]): void {
  for (const topic of topics) told.add(topic);
  if (isTelling) return;
  isTelling = true;
  queueMicrotask(() => {
    isTelling = false;
    const now = [...told];
    told.clear();
    for (const watch of watches.values()) if (now.some((topic) => watch.topics.has(topic))) watch.read();
  });
}

const room = openRoom(tell);
room.resumed.catch((error: unknown) => console.error(error));

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "call":
      void answerCall(data);
      return;
    case "stop":
      stops.get(data.id)?.abort();
      return;
    case "watch":
      startWatch(data);
      return;
    case "unwatch":
      watches.delete(data.id);
      heard.delete(data.id);
      return;
    case "drawn":
      room.pageDrawn();
  }
});

type AnyCall = (room: typeof openedRoom, input: never, signal: AbortSignal) => Promise<unknown>;

/** Of the calls that are being answered. */
const stops = new Map<number, AbortController>();

async function answerCall({ id, name, input }: Extract<ToWorker, { kind: "call" }>): Promise<void> {
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    await known;
    stop.signal.throwIfAborted();
    const call: AnyCall = calls[name];
    post({ kind: "answer", id, value: await call(openedRoom, input, stop.signal) });
  } catch (error) {
    post({ kind: "fault", id, fault: stop.signal.aborted ? stopped : faultOf(error) });
  } finally {
    stops.delete(id);
  }
}

const openedRoom = room;
/** Whoever asks earlier waits until it is known who sits here. */
const known = room.resumed.catch(() => undefined);

function startWatch({ id, name, input }: Extract<ToWorker, { kind: "watch" }>): void {
  const {
    topics,
    read,
  }: { topics: readonly Topic[]; read(room: typeof openedRoom, input: never): Promise<unknown> } =
    views[name];
  let isReading = false;
  let isAsked = false;
  let last: { value: unknown } | undefined;
  const readOnce = async () => {
    if (isReading) {
      isAsked = true;
      return;
    }
    isReading = true;
    try {
      do {
        isAsked = false;
        await known;
        const value = await read(openedRoom, input);
        if ((last === undefined || !isSame(last.value, value)) && watches.has(id)) postSeen(id, value);
        last = { value };
      } while (isAsked && watches.has(id));
    } catch (error) {
      last = undefined;
      seen = seen.filter((one) => one.id !== id);
      if (watches.has(id)) post({ kind: "fault", id, fault: faultOf(error) });
    } finally {
      isReading = false;
      // What was asked for while it failed is read all the same.
      if (isAsked && watches.has(id)) void readOnce();
    }
  };
  watches.set(id, { topics: new Set(topics), read: () => void readOnce() });
  void readOnce();
}

let seen: { id: number; value: unknown }[] = [];
/** By watch: what the page has heard of last. */
const heard = new Map<number, unknown>();
const { port1: flush, port2: flushLater } = new MessageChannel();
flush.onmessage = () => {
  const views = seen.filter(({ id }) => watches.has(id)).map(toldNow);
  seen = [];
  post({ kind: "seen", views });
};

function toldNow({ id, value }: { id: number; value: unknown }): ToldView {
  const again = toldAfter(heard.get(id), value);
  heard.set(id, value);
  return again === undefined ? { id, value } : { id, ...again };
}

/** With all that is read before the worker comes to its next task. */
function postSeen(id: number, value: unknown): void {
  if (seen.length === 0) flushLater.postMessage(null);
  seen = [...seen.filter((one) => one.id !== id), { id, value }];
}

function post(message: FromWorker): void {
  postMessage(message);
}

/** The page's side of its worker: calls are asked once, views are watched. */

import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import { wholeOf } from "./told-rows.ts";
import { worker, workerThrew } from "./wake.ts";
import type { CallInput, CallName, CallOutput } from "./worker/calls.ts";
import type { Fault } from "./worker/fault.ts";
import type { FromWorker, ToWorker } from "./worker/messages.ts";
import type { ViewInput, ViewName, ViewOutput } from "./worker/views.ts";

/** A call was refused, or could not be made. The message is for people, in their language. */
export class CallFailed extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.sentence);
    this.name = "CallFailed";
    this.fault = fault;
  }
}

interface Waiting {
  done(value: unknown): void;
  failed(fault: Fault): void;
}

const waiting = new Map<number, Waiting>();
/** By watch: what was told last, which the next may leave out. */
const heard = new Map<number, unknown>();
/** The worker could not be started: nothing is asked of it any more. */
let broken: Fault | undefined;
let hasAnswered = false;
let nextId = 1;

worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
  hasAnswered = true;
  if (data.kind === "seen") {
    for (const told of data.views) {
      // Nobody waits for what is not watched any more.
      if (!waiting.has(told.id)) continue;
      const value = "places" in told ? wholeOf(heard.get(told.id), told) : told.value;
      heard.set(told.id, value);
      waiting.get(told.id)?.done(value);
    }
    return;
  }
  const asked = waiting.get(data.id);
  if (data.kind === "fault") asked?.failed(data.fault);
  else asked?.done(data.value);
};
// What one that runs throws is nobody's call: those are answered.
void workerThrew.then(() => {
  if (!hasAnswered) giveUp();
});

/** The fault of everything that is asked of a worker that could not be started. */
export const notStarted = "notStarted";

function giveUp(): void {
  const fault: Fault = {
    // In the words of when it is shown: they may not be here yet.
    get sentence() {
      return say("start.sentence");
    },
    code: notStarted,
  };
  broken = fault;
  for (const asked of [...waiting.values()]) asked.failed(fault);
}

/** To whom waits, it fails at once when there is nobody to answer. */
function ask(message: {
  kind: Exclude<ToWorker["kind"], "drawn">;
  id: number;
  name?: string;
  input?: unknown;
}): void {
  if (broken === undefined) worker.postMessage(message);
  else {
    const fault = broken;
    queueMicrotask(() => waiting.get(message.id)?.failed(fault));
  }
}

/** Throws CallFailed; with the code `stopped` when the signal has ended it in time, else it is done. */
export function call<Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  signal?: AbortSignal,
): Promise<CallOutput<Name>> {
  const id = nextId++;
  signal?.addEventListener("abort", () => ask({ kind: "stop", id }), { once: true });
  return new Promise((resolve, reject) => {
    waiting.set(id, {
      done(value) {
        waiting.delete(id);
        resolve(checked<CallOutput<Name>>(value));
      },
      failed(fault) {
        waiting.delete(id);
        reject(new CallFailed(inWords(fault, name)));
      },
    });
    ask({ kind: "call", id, name, input });
  });
}

/** Its sentence is in the language of when it is shown. */
function inWords(fault: Fault, of: CallName | ViewName): Fault {
  return {
    ...fault,
    get sentence() {
      return faultWords(fault, of);
    },
  };
}

export type Seen<Output> =
  | { state: "waiting" }
  | { state: "seen"; value: Output }
  /** What was seen before is still there to be shown. */
  | { state: "failed"; fault: Fault; value: Output | undefined };

/** Names a view of something; the same for the same. */
export function viewKey<Name extends ViewName>(name: Name, input: ViewInput<Name>): string {
  return `${name} ${JSON.stringify(input)}`;
}

/** What was asked for before anything is drawn that shows it, by its key. */
const early = new Map<string, { id: number; seen: Seen<unknown> }>();

/** So long nobody has to want it: then it is not what the page shows. */
const earlyMs = 10_000;

/** What was asked for early, until somebody watches it. */
export interface Early<Output> {
  /** Resolves once it is answered with what is enough, or has failed. */
  until(isEnough: (value: Output) => boolean): Promise<void>;
  /** Nobody will want it any more. */
  drop(): void;
}

/** Asks for what the page will show as soon as it is drawn, so that the worker reads it meanwhile: whoever watches it takes it over. */
export function askEarly<Name extends ViewName>(name: Name, input: ViewInput<Name>): Early<ViewOutput<Name>> {
  const id = nextId++;
  const key = viewKey(name, input);
  let onSeen: () => void = () => undefined;
  const note = (seen: Seen<unknown>) => {
    early.set(key, { id, seen });
    onSeen();
  };
  const drop = () => {
    if (early.get(key)?.id !== id) return;
    early.delete(key);
    unwatch(id);
  };
  note({ state: "waiting" });
  waiting.set(id, {
    done: (value) => note({ state: "seen", value }),
    failed: (fault) => note({ state: "failed", fault: inWords(fault, name), value: undefined }),
  });
  ask({ kind: "watch", id, name, input });
  setTimeout(drop, earlyMs);
  return {
    until: (isEnough) =>
      new Promise((resolve) => {
        onSeen = () => {
          const seen = early.get(key)?.seen;
          if (seen?.state === "failed") resolve();
          if (seen?.state === "seen" && isEnough(checked<ViewOutput<Name>>(seen.value))) resolve();
        };
        onSeen();
      }),
    drop,
  };
}

/** How it stands with what was asked for early; undefined when it was not, or somebody watches it. */
export function seenEarly<Name extends ViewName>(
  name: Name,
  input: ViewInput<Name>,
): Seen<ViewOutput<Name>> | undefined {
  return checked(early.get(viewKey(name, input))?.seen);
}

/** Tells what the view shows, and again when that changes, until the answer is called. */
export function watch<Name extends ViewName>(
  name: Name,
  input: ViewInput<Name>,
  listener: (told: { value: ViewOutput<Name> } | { fault: Fault }) => void,
): () => void {
  const key = viewKey(name, input);
  const asked = early.get(key);
  early.delete(key);
  const id = asked?.id ?? nextId++;
  const done = (value: unknown) => listener({ value: checked<ViewOutput<Name>>(value) });
  waiting.set(id, { done, failed: (fault) => listener({ fault: inWords(fault, name) }) });
  if (asked === undefined) ask({ kind: "watch", id, name, input });
  else if (asked.seen.state === "seen") done(asked.seen.value);
  else if (asked.seen.state === "failed") listener({ fault: asked.seen.fault });
  return () => unwatch(id);
}

function unwatch(id: number): void {
  waiting.delete(id);
  heard.delete(id);
  ask({ kind: "unwatch", id });
}

let isDrawn = false;

/** Says that what is looked at first is drawn, so that the worker reads the rest: before, it would take the processor from the page. */
export function tellDrawn(): void {
  if (isDrawn) return;
  isDrawn = true;
  const message: ToWorker = { kind: "drawn" };
  worker.postMessage(message);
}

/** Page and worker are of one build, so what one says the other understands. */
function checked<Value>(value: unknown): Value;
function checked(value: unknown): unknown {
  return value;
}

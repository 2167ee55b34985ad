/** Views of the worker in components. What was seen before is there at once when somebody comes back to it. */
import { startTransition, useEffect, useMemo, useState } from "react";
import { type Seen, seenEarly, viewKey, watch } from "./desk.ts";
import type { ViewInput, ViewName, ViewOutput } from "./worker/views.ts";

interface Kept {
  seen: Seen<unknown>;
  listeners: Set<Listener>;
  stop: (() => void) | undefined;
  /** When nobody looked at it any more. */
  leftAtMs: number;
}

/** Told what was seen before. */
type Listener = (before: Seen<unknown>) => void;

const kept = new Map<string, Kept>();
const mostKept = 50;
const waitingNow: Seen<never> = { state: "waiting" };

/**
 * What a view shows now; drawn anew when that changes. `undefined` asks for nothing. What is drawn is of the instant when it was
 * told, not of the one when React draws: it draws more than once, and forgets effects of what is another each time.
 */
export function useView<Name extends ViewName>(
  name: Name,
  input: ViewInput<Name> | undefined,
): Seen<ViewOutput<Name>> {
  const key = input === undefined ? undefined : viewKey(name, input);
  // The key says all that the input says.
  const begun = useMemo<{ seen: Seen<ViewOutput<Name>> }>(
    () => ({ seen: seenOf(key) ?? (input === undefined ? undefined : seenEarly(name, input)) ?? waitingNow }),
    [key, name],
  );
  const [told, setTold] = useState({ after: begun, seen: begun.seen });
  const now = told.after === begun ? told.seen : begun.seen;
  useEffect(() => {
    if (key === undefined || input === undefined) return;
    const tell = () => setTold({ after: begun, seen: seenOf(key) ?? waitingNow });
    const stop = follow(key, name, input, (before) => {
      // What is waited for is drawn at once; what changes by itself leaves the first place to what somebody does.
      if (before.state === "waiting") tell();
      else startTransition(tell);
    });
    // It may have been told of since it was drawn.
    if (seenOf(key) !== begun.seen) tell();
    return stop;
    // The key says all that the input says.
  }, [key, name, begun]);
  return now;
}

let stopAhead: (() => void) | undefined;

/** Asks for a view that somebody will perhaps look at next, so that it is there then. Whatever was asked for so before is let go. */
export function lookAhead<Name extends ViewName>(name: Name, input: ViewInput<Name> | undefined): void {
  const stop = stopAhead;
  stopAhead = input === undefined ? undefined : follow(viewKey(name, input), name, input, () => undefined);
  stop?.();
}

/** The value of a view, or what it was before it failed; undefined while it is waited for. */
export function lastSeen<Output>(seen: Seen<Output>): Output | undefined {
  return seen.state === "waiting" ? undefined : seen.value;
}

function follow<Name extends ViewName>(
  key: string,
  name: Name,
  input: ViewInput<Name>,
  listener: Listener,
): () => void {
  const seen = seenEarly(name, input) ?? waitingNow;
  const entry = kept.get(key) ?? { seen, listeners: new Set(), stop: undefined, leftAtMs: 0 };
  kept.set(key, entry);
  entry.listeners.add(listener);
  entry.stop ??= watch(name, input, (told) => {
    // What was asked for early is known already.
    if ("value" in told && entry.seen.state === "seen" && entry.seen.value === told.value) return;
    const before = entry.seen;
    entry.seen =
      "fault" in told
        ? {
            state: "failed",
            fault: told.fault,
            value: entry.seen.state === "waiting" ? undefined : entry.seen.value,
          }
        : { state: "seen", value: told.value };
    for (const each of [...entry.listeners]) each(before);
  });
  return () => {
    entry.listeners.delete(listener);
    if (entry.listeners.size > 0) return;
    entry.stop?.();
    entry.stop = undefined;
    entry.leftAtMs = performance.now();
    forgetOldest();
  };
}

function forgetOldest(): void {
  const left = [...kept].filter(([, { stop }]) => stop === undefined);
  if (left.length <= mostKept) return;
  left.sort(([, a], [, b]) => a.leftAtMs - b.leftAtMs);
  for (const [key] of left.slice(0, left.length - mostKept)) kept.delete(key);
}

function seenOf<Output>(key: string | undefined): Seen<Output> | undefined;
function seenOf(key: string | undefined): Seen<unknown> | undefined {
  return key === undefined ? undefined : kept.get(key)?.seen;
}

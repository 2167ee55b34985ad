/** What is being kept of what was done, and is shown already. */
import type { Undo } from "@posthorn/client";

/** By desk. */
const going = new WeakMap<object, Set<Promise<unknown>>>();
const lastInTurn = new WeakMap<object, Promise<unknown>>();

/** Counts among what was done from now on, also while it is only being done. */
export async function keeping<Result>(desk: object, acting: Promise<Result>): Promise<Result> {
  const all = going.get(desk) ?? new Set();
  going.set(desk, all);
  all.add(acting);
  try {
    return await acting;
  } finally {
    all.delete(acting);
  }
}

/** As `keeping`, begun when what was to be done before is kept: what was done last is what is taken back first. */
export function keepingInTurn<Result>(desk: object, act: () => Promise<Result>): Promise<Result> {
  const before = lastInTurn.get(desk) ?? Promise.resolve();
  // Whoever has done it hears why it could not be kept, and nobody else.
  const acting = before.then(act, act);
  lastInTurn.set(desk, acting);
  return keeping(desk, acting);
}

/** The number by which it can be taken back, null when nothing has changed. */
export async function numberOf(desk: object, acting: Promise<Undo | undefined>): Promise<number | null> {
  return (await keeping(desk, acting))?.number ?? null;
}

/** Resolves when all that was done by now is kept, or could not be. */
export async function actsKept(desk: object): Promise<void> {
  await Promise.allSettled(going.get(desk) ?? []);
}

/** What is being kept of what was done, and is shown already. */
import type { Undo } from "@posthorn/client";
import type { Desk } from "./desk.ts";

const going = new WeakMap<Desk, Set<Promise<unknown>>>();

/** Counts among what was done from now on, also while it is only being done. */
export async function keeping<Result>(desk: Desk, acting: Promise<Result>): Promise<Result> {
  const all = going.get(desk) ?? new Set();
  going.set(desk, all);
  all.add(acting);
  try {
    return await acting;
  } finally {
    all.delete(acting);
  }
}

/** The number by which it can be taken back, null when nothing has changed. */
export async function numberOf(desk: Desk, acting: Promise<Undo | undefined>): Promise<number | null> {
  return (await keeping(desk, acting))?.number ?? null;
}

/** Resolves when all that was done by now is kept, or could not be. */
export async function actsKept(desk: Desk): Promise<void> {
  await Promise.allSettled(going.get(desk) ?? []);
}

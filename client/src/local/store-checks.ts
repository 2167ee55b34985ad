/** What the cases of every store are checked with, in Node and in a browser's worker. */
import { type LocalChange, type LocalStore, LocalStoreError } from "./local-store.ts";
import { letters } from "./trial-tables.ts";

/** By table the keys that were told of as changed in `letters`. */
export function listenTo(store: LocalStore): Record<string, string[] | "all">[] {
  const heard: Record<string, string[] | "all">[] = [];
  store.subscribe([letters], (change: LocalChange) => {
    const keys = change.get("letters") ?? new Set();
    heard.push({ letters: keys === "all" ? keys : [...keys].sort() });
  });
  return heard;
}

/** Waits until all that was told has come through. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}

export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !isSo(); turn++) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

export async function messageOf(failing: Promise<unknown>): Promise<string> {
  return failing.then(
    () => "it did not fail",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

export async function isRejected(failing: Promise<unknown>): Promise<boolean> {
  return failing.then(
    () => false,
    () => true,
  );
}

/** Of those that may be told the one that was, so that `same` with all of them holds. */
export async function faultOf(failing: Promise<unknown>): Promise<unknown> {
  return failing.then(
    () => "it did not fail",
    (error: unknown) => (error instanceof LocalStoreError ? new OneOf(error.fault) : error),
  );
}

/** Is the same as a list that has it. */
class OneOf {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

export function same(found: unknown, expected: unknown): void {
  if (found instanceof OneOf && Array.isArray(expected) && expected.includes(found.value)) return;
  const [a, b] = [JSON.stringify(shown(found)), JSON.stringify(shown(expected))];
  if (a !== b) throw new Error(`Found ${a}, not ${b}.`);
}

function shown(value: unknown): unknown {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.map(shown);
  return value instanceof Error ? String(value) : value;
}

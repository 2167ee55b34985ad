/** Whose letters are shown in their own colours on a dark page: chosen on this device, by sender. */
import { useSyncExternalStore } from "react";

const place = "posthorn.originalColours";
const mostKept = 500;
const listeners = new Set<() => void>();
let kept: ReadonlySet<string> | undefined;

function keptNow(): ReadonlySet<string> {
  kept ??= read();
  return kept;
}

function read(): Set<string> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(place) ?? "[]");
    return new Set(Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);
  } catch {
    // What is kept there is not ours, or nothing may be kept.
    return new Set();
  }
}

export function useOriginalColours(address: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => keptNow().has(address),
  );
}

export function chooseOriginalColours(address: string, isOriginal: boolean): void {
  const next = new Set(keptNow());
  next.delete(address);
  if (isOriginal) next.add(address);
  kept = new Set([...next].slice(-mostKept));
  try {
    localStorage.setItem(place, JSON.stringify([...kept]));
  } catch {
    // It holds until the page is closed.
  }
  for (const listener of listeners) listener();
}

/** Whether another version of the client is ready to take this one's place. */
import { useSyncExternalStore } from "react";

let useIt: (() => void) | undefined;
const listeners = new Set<() => void>();

/** What is given loads the page anew with it. */
export function noteNewer(use: () => void): void {
  useIt = use;
  for (const listener of listeners) listener();
}

/** Undefined while this is the newest that is known. */
export function useNewer(): (() => void) | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => useIt,
  );
}

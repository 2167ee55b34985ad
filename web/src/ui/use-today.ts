import { useSyncExternalStore } from "react";

/** When the day has begun, in milliseconds since 1970: another one at midnight. */
export function useToday(): number {
  return useSyncExternalStore(listen, today);
}

function today(): number {
  return new Date().setHours(0, 0, 0, 0);
}

const lookEveryMs = 60_000;

/** A computer that has slept tells of no midnight, so it is looked now and then, and when somebody comes back. */
function listen(listener: () => void): () => void {
  const timer = setInterval(listener, lookEveryMs);
  document.addEventListener("visibilitychange", listener);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", listener);
  };
}

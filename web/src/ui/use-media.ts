import { useCallback, useSyncExternalStore } from "react";

/** Whether the page is as the query asks, as `(width >= 960px)` does. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const asked = matchMedia(query);
      asked.addEventListener("change", listener);
      return () => asked.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

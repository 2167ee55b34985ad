import { useSyncExternalStore } from "react";

/** False while another tab, or nothing, is looked at. */
export function useIsPageSeen(): boolean {
  return useSyncExternalStore(listen, () => document.visibilityState === "visible");
}

function listen(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

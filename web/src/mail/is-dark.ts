/** Whether the page is dark now, by what was chosen and by what the system has. */
import { useSyncExternalStore } from "react";
import { keptLook, useLook } from "../state/look.ts";

const system = matchMedia("(prefers-color-scheme: dark)");

export function isDarkNow(): boolean {
  const { theme } = keptLook();
  return theme === "system" ? system.matches : theme === "dark";
}

export function useIsDark(): boolean {
  useLook();
  return useSyncExternalStore((listener) => {
    system.addEventListener("change", listener);
    return () => system.removeEventListener("change", listener);
  }, isDarkNow);
}

import { useEffect } from "react";
import { lastSeen, useView } from "../state/use-view.ts";

/** While a file would be lost with the page, a browser asks before it closes it, also when no composer shows the letter. */
export function AskFirst(): null {
  const isAtRisk = lastSeen(useView("uploads", {}))?.isAtRisk === true;
  useEffect(() => {
    if (!isAtRisk) return;
    const askFirst = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", askFirst);
    return () => removeEventListener("beforeunload", askFirst);
  }, [isAtRisk]);
  return null;
}

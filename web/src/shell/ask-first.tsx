import { useEffect } from "react";

/** While something would be lost with the page, a browser asks before it closes it. */
export function useAskFirst(isAtRisk: boolean): void {
  useEffect(() => {
    if (!isAtRisk) return;
    const askFirst = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", askFirst);
    return () => removeEventListener("beforeunload", askFirst);
  }, [isAtRisk]);
}

import { CallFailed } from "../state/desk.ts";
import { showToast } from "./toaster.tsx";

/** Says what could not be done of something that nobody waits for. */
export function told(doing: Promise<unknown>): void {
  doing.catch((error: unknown) => {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence, mustBeSeen: true });
  });
}

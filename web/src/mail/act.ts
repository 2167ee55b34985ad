/** What is done with conversations, told in a toast with the way back. */

import { CallFailed, call } from "../state/desk.ts";
import type { Place } from "../state/place.ts";
import type { ThreadAct } from "../state/worker/act-on-threads.ts";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";

/** Done at once. What could not be done is said. */
export async function act(what: ThreadAct, threadIds: readonly string[], place: Place): Promise<void> {
  const label = labelOf(what, threadIds.length);
  try {
    const number = await call("act", { act: what, threadIds: [...threadIds], place, label });
    // To have read something is nothing that one takes back by a toast.
    if (number === null || what.kind === "read" || what.kind === "star") return;
    showToast({ words: label, action: { words: say("undo.do"), keys: "z", run: () => void undo(number) } });
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence });
  }
}

/** Takes back what was done last, or what has this number. */
export async function undo(number?: number): Promise<void> {
  try {
    const label = await call("undo", { number });
    showToast({ words: label === null ? say("undo.none") : say("undo.done", { what: label }) });
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence });
  }
}

function labelOf(what: ThreadAct, count: number): string {
  switch (what.kind) {
    case "read":
      return say(what.isRead ? "did.read" : "did.unread", { count });
    case "star":
      return say(what.isStarred ? "did.star" : "did.unstar", { count });
    case "snooze":
      return say(what.until === null ? "did.wake" : "did.snooze", { count });
    default:
      return say(`did.${what.kind}`, { count });
  }
}

/** What is done with conversations, told in a toast with the way back. */

import { CallFailed, call } from "../state/desk.ts";
import { letListsFollow } from "../state/lists-follow.ts";
import type { Place } from "../state/place.ts";
import { tellDone } from "../state/undo.ts";
import type { ThreadAct } from "../state/worker/act-on-threads.ts";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";

/**
 * Done at once; false when nothing has come of it. What could not be done is said. `count` is of all conversations of the place, where those are meant and not
 * the ones that are named.
 */
export async function act(
  what: ThreadAct,
  threadIds: readonly string[],
  place: Place,
  count?: number,
): Promise<boolean> {
  const label = labelOf(what, count ?? threadIds.length);
  const isAll = count !== undefined;
  if (takesAway(what)) letListsFollow();
  try {
    const number = await call("act", { act: what, threadIds: [...threadIds], isAll, place, label });
    // To have read something is nothing that one takes back by a toast.
    if (what.kind === "read" || what.kind === "star") return number !== null;
    if (what.kind === "destroy") {
      showToast({ words: label });
      return true;
    }
    if (number === null) {
      showToast({ words: say("did.nothing") });
      return false;
    }
    tellDone(label, number);
    return true;
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence, mustBeSeen: true });
    return false;
  }
}

/** Whether rows may leave the list by it. */
function takesAway({ kind }: ThreadAct): boolean {
  return kind !== "read" && kind !== "star";
}

function labelOf(what: ThreadAct, count: number): string {
  switch (what.kind) {
    case "read":
      return say(what.isRead ? "did.read" : "did.unread", { count });
    case "star":
      return say(what.isStarred ? "did.star" : "did.unstar", { count });
    case "mute":
      return say(what.isMuted ? "did.mute" : "did.unmute", { count });
    case "moveTo":
      return say("did.moveTo", { count, name: what.name });
    case "snooze":
      return say(what.until === null ? "did.wake" : "did.snooze", { count });
    default:
      return say(`did.${what.kind}`, { count });
  }
}

/** Taking back what was done, told in a toast. A draft that comes back is shown. */
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";
import { openComposer } from "./composers.ts";
import { CallFailed, call } from "./desk.ts";
import { letListsFollow } from "./lists-follow.ts";

let going: Promise<void> = Promise.resolve();

/** What was done last, or what has this number. Who asks twice takes back two things, one after the other. */
export function undo(number?: number): Promise<void> {
  going = going.then(() => undoOne(number));
  return going;
}

async function undoOne(number: number | undefined): Promise<void> {
  letListsFollow("bringsBack");
  try {
    const taken = await call("undo", { number });
    if (taken.kind !== "done") {
      showToast({ words: say(taken.kind === "tooLate" ? "undo.tooLate" : "undo.none") });
      return;
    }
    showToast({ words: say("undo.done", { what: taken.label }) });
    if (taken.draft !== null) openComposer({ kind: "draft", name: taken.draft });
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence, mustBeSeen: true });
  }
}

/** Taking back what was done, told in a toast. A draft that comes back is shown. */
import { showToast } from "../ui/toaster.tsx";
import type { Toast } from "../ui/toasts.ts";
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

/** Says what was done, with the way back where there is one. */
export function tellDone(words: string, number: number | null): void {
  const action: Toast["action"] =
    number === null ? undefined : { words: say("undo.do"), command: "undo", run: () => void undo(number) };
  showToast({ words, action });
}

const listeners = new Set<(number: number) => void>();

/** Hears the number of what was taken back here, until the answer is called. */
export function onUndone(listener: (number: number) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function undoOne(number: number | undefined): Promise<void> {
  letListsFollow("bringsBack");
  try {
    const taken = await call("undo", { number });
    if (taken.kind === "changed") {
      showToast({ words: say("undo.changed", { what: taken.label }), mustBeSeen: true });
      return;
    }
    if (taken.kind !== "done") {
      showToast({ words: say(taken.kind === "tooLate" ? "undo.tooLate" : "undo.none") });
      return;
    }
    for (const listener of listeners) listener(taken.number);
    showToast({ words: say("undo.done", { what: taken.label }) });
    if (taken.draft !== null) openComposer({ kind: "draft", name: taken.draft });
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence, mustBeSeen: true });
  }
}

/** What is decided of whoever has written for the first time. */
import { CallFailed, call } from "../state/desk.ts";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";

export type Decision = "accepted" | "blocked";

/**
 * Of an address, or of `*@` and a server, and says it, with the way back; false when it could not be done, which is said too.
 * `onBack` is told when it was taken back.
 */
export function decide(sender: string, state: Decision, onBack?: () => void): Promise<boolean> {
  return decideBy(() => call("decideSender", { sender, state }), wordsOf(sender, state), onBack);
}

function wordsOf(sender: string, state: Decision): string {
  const host = /^\*@(.*)$/.exec(sender)?.[1];
  if (state === "accepted") return say("screener.accepted", { who: host ?? sender });
  return host === undefined
    ? say("screener.blocked", { who: sender })
    : say("screener.blockedServer", { host });
}

/** Of everybody who writes to an address of one's own with a tag; as `decide`. */
export function acceptAlias(alias: string, onBack?: () => void): Promise<boolean> {
  return decideBy(() => call("acceptAlias", { alias }), say("screener.aliasAccepted", { alias }), onBack);
}

async function decideBy(
  work: () => Promise<number>,
  words: string,
  onBack: (() => void) | undefined,
): Promise<boolean> {
  try {
    const number = await work();
    const takeBack = async () => {
      await call("takeDecisionBack", { number });
      onBack?.();
    };
    const run = () => void takeBack().catch(sayFault);
    showToast({ words, action: { words: say("undo.do"), command: "undo", isAlone: true, run } });
    return true;
  } catch (error) {
    sayFault(error);
    return false;
  }
}

/** Throws what is no fault of a call. */
function sayFault(error: unknown): void {
  if (!(error instanceof CallFailed)) throw error;
  showToast({ words: error.fault.sentence, mustBeSeen: true });
}

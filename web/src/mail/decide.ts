/** What is decided of whoever writes. */
import { CallFailed, call } from "../state/desk.ts";
import { tellDone } from "../state/undo.ts";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";

export type Decision = "accepted" | "blocked";

/** Of an address, or of `*@` and a server, and says it, with the way back; as `decideBy`. */
export function decide(sender: string, state: Decision): Promise<number | null | false> {
  const words = wordsOf(sender, state);
  return decideBy(() => call("decideSender", { sender, state, label: words }), words);
}

function wordsOf(sender: string, state: Decision): string {
  const host = /^\*@(.*)$/.exec(sender)?.[1];
  if (state === "accepted") return say("screener.accepted", { who: host ?? sender });
  return host === undefined
    ? say("screener.blocked", { who: sender })
    : say("screener.blockedServer", { host });
}

/** Of everybody who writes to an address of one's own with a tag; as `decide`. */
export function acceptAlias(alias: string): Promise<number | null | false> {
  const words = say("screener.aliasAccepted", { alias });
  return decideBy(() => call("acceptAlias", { alias, label: words }), words);
}

/** Gives the number by which it is taken back, null when it was so before; false when it could not be done, which is said too. */
async function decideBy(work: () => Promise<number | null>, words: string): Promise<number | null | false> {
  try {
    const number = await work();
    tellDone(words, number);
    return number;
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence, mustBeSeen: true });
    return false;
  }
}

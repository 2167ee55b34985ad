/** What is decided of whoever has written for the first time. */
import { CallFailed, call } from "../state/desk.ts";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";

export type Decision = "accepted" | "blocked";

/** Of an address, or of `*@` and a server, and says it; false when it could not be done, which is said too. */
export async function decide(sender: string, state: Decision): Promise<boolean> {
  try {
    await call("decideSender", { sender, state });
    const who = sender.replace(/^\*@/, "");
    showToast({ words: say(state === "accepted" ? "screener.accepted" : "screener.blocked", { who }) });
    return true;
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    showToast({ words: error.fault.sentence, mustBeSeen: true });
    return false;
  }
}

/** Sending letters, one after another, beside all else: each may take as long as its recipients' servers do. */
import type { Failures } from "./failures.ts";
import { listDue } from "./list-due.ts";
import type { Mail } from "./mail-context.ts";
import { pushMessage } from "./push-message.ts";

/**
 * Sends what waits and may be tried now, until nothing does or the signal aborts. Throws as `pushMessage`.
 */
export async function pushLetters(
  mail: Mail,
  how: { failures: Failures; signal: AbortSignal },
): Promise<void> {
  while (!how.signal.aborted) {
    const [first] = await listDue(mail, how.failures, "letters", 1);
    if (first?.change.on !== "message") return;
    if ((await pushMessage(mail, first, first.change, how)) === "done") how.failures.delete(first.number);
  }
}

import { exitCodes } from "./exit-codes.ts";
import { Failure } from "./failure.ts";
import { ask } from "./prompt.ts";
import { phraseSheet } from "./recovery-phrase.ts";
import { isAnswerLost } from "./refusal.ts";
import { answer, type Shell } from "./shell.ts";

/** Shows a phrase before it holds, so that none is lost unseen. On a terminal it holds once the person has written it down. */
export async function showPhrase(
  shell: Shell,
  value: { address?: string; recoveryPhrase: string },
): Promise<void> {
  answer(shell, value, () => `${phraseSheet(value.recoveryPhrase)}\n`);
  const { terminal } = shell;
  if (terminal.input.isTTY !== true || shell.options().json === true) return;
  await ask(terminal, "Write these down now; when you have, press Enter, and they are set: ", "");
}

/** What went wrong after a phrase was shown: which one holds is not known when the answer was lost. */
export function afterShowing(error: unknown, next: string): unknown {
  if (!isAnswerLost(error)) return error;
  return new Failure(`${error.what} The new phrase may be set already: keep both, the old one and the new.`, {
    exitCode: exitCodes.unreachable,
    next,
    cause: error,
  });
}

/** Files of drafts that had not gone up when their page was closed: in the next one they go on by themselves. */
import { forgetUnneededBytes, listUnsentFiles, type Mail } from "@posthorn/client";
import { beginDraft } from "./open-letter.ts";

/** In one tab at a time: in another when that is closed. Resolves when the signal aborts. Throws what the store does. */
export async function resumeFiles(
  { mail, signal }: { mail: Mail; signal: AbortSignal },
  tell: () => void,
): Promise<void> {
  if (mail.key === undefined) return;
  await mail.tabs.withLock(`files of ${mail.session.address}`, signal, async () => {
    await forgetUnneededBytes(mail);
    const unfinished = (await listUnsentFiles(mail)).filter(({ known }) => !known.isPaused);
    for (const draft of new Set(unfinished.map(({ draft }) => draft)))
      await beginDraft({ mail }, draft, { isShown: false, tell });
    await new Promise<void>((ended) => {
      if (signal.aborted) ended();
      signal.addEventListener("abort", () => ended(), { once: true });
    });
  });
}

/** Files of drafts that had not gone up when their page was closed: in the next one they go on by themselves. */
import { areDraftsRead, forgetUnneededBytes, listUnsentFiles, type Mail, syncStates } from "@posthorn/client";
import { beginDraft } from "./open-letter.ts";

/**
 * Once the drafts are here, which after an update of this program they are not at first; in one tab at a time: in another
 * when that is closed. Resolves when the signal aborts. Throws what the store does.
 */
export async function resumeFiles(
  { mail, signal }: { mail: Mail; signal: AbortSignal },
  tell: () => void,
): Promise<void> {
  if (mail.key === undefined) return;
  await mail.tabs.withLock(`files of ${mail.session.address}`, signal, async () => {
    await draftsRead(mail, signal);
    if (signal.aborted) return;
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

/** Resolves when they have been read, at once where they were before, or when the signal aborts. */
async function draftsRead(mail: Mail, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = async () => {
    if (signal.aborted || (await areDraftsRead(mail))) resolve();
  };
  const stop = mail.store.subscribe([syncStates], () => void look().catch(reject));
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await look();
    await promise;
  } finally {
    stop();
    signal.removeEventListener("abort", onAbort);
  }
}

/** What was done here and has not reached the server. */
import { actions, listUnsentFiles } from "@posthorn/client";
import type { Desk } from "./desk.ts";

/** What is on its way just now is waited for so long. */
const patienceMs = 1_000;

export interface Untold {
  changes: number;
  /** Of drafts, that have not gone up. */
  files: number;
}

/** What would be lost if this device forgot it now; null when nobody sits here who could say. */
export async function countUntold(desk: Desk | undefined): Promise<Untold | null> {
  if (desk === undefined) return null;
  const { mail } = desk;
  const changes = await countChanges(desk);
  return { changes, files: mail.key === undefined ? 0 : (await listUnsentFiles(mail)).length };
}

async function countChanges(desk: Desk): Promise<number> {
  const { store, session } = desk.mail;
  const now = await store.count(actions);
  if (now === 0 || !navigator.onLine) return now;
  const told = new AbortController();
  const stop = store.subscribe([actions], () => {
    void store.count(actions).then((count) => {
      if (count === 0) told.abort();
    });
  });
  await session.platform.clock
    .sleep(patienceMs, AbortSignal.any([told.signal, desk.signal]))
    .catch(() => undefined);
  stop();
  return store.count(actions);
}

import { restoreDraft } from "../objects/kept-draft.ts";
import { cancelQueued } from "../store/delivery-store.ts";
import type { Tx } from "../store/sql.ts";
import { listHeld, noteSubmissions } from "../store/submission-store.ts";

/**
 * Takes back whatever of an account's waits for its own hour: a schedule, or the seconds in which it could be taken back.
 * What was a draft of a mail program is one again. The account's other writers wait already.
 */
export async function takeBackHeld(tx: Tx, accountId: number, now: number): Promise<void> {
  const held = await listHeld(tx, accountId, now);
  const messages = held.map(({ messageId }) => messageId);
  const cancelled = await cancelQueued(tx, accountId, messages, now);
  for (const objectId of new Set(cancelled.map((one) => one.objectId))) {
    await restoreDraft(tx, accountId, objectId);
  }
  await noteSubmissions(tx, cancelled, "updated");
}

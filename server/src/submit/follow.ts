/** Messages about another of the same account (edit, recall, reaction) go in its lane, and not before it (§50.6). */
import { type Message, targetIdOf } from "@posthorn/protocol";
import { listDeliveries } from "../store/delivery-store.ts";
import type { Tx } from "../store/sql.ts";
import { findSubmission } from "../store/submission-store.ts";

export interface Followed {
  /** Of the lanes that the message went in, which is that of what it follows itself. */
  conversation: string | undefined;
  heldUntil: number | undefined;
}

/** The message that this one is about; undefined when it is about none that the account has sent. */
export async function findFollowed(
  tx: Tx,
  accountId: number,
  message: Message,
): Promise<Followed | undefined> {
  const target = targetIdOf(message);
  const submission = target === undefined ? undefined : await findSubmission(tx, accountId, target);
  if (submission === undefined) return undefined;
  const [delivery] = await listDeliveries(tx, accountId, submission.messageId);
  return { conversation: delivery?.lane.split("/")[1], heldUntil: submission.heldUntil };
}

/** Deliveries to a host in the same lane keep their order. */
export function laneOf(accountId: number, conversation: string, recipient: string): string {
  return `${accountId}/${conversation}/${recipient}`;
}

/**
 * Messages about another of the same account (edit, recall, reaction) go in its lane, and not before it (§50.6); when
 * it is taken back, so are they (§80.6).
 */
import { fail } from "@posthorn/protocol";
import { type Delivery, listDeliveries } from "../store/delivery-store.ts";
import type { Tx } from "../store/sql.ts";
import { findSubmissionToFollow, listAboutToTakeBack } from "../store/submission-store.ts";

export interface Followed {
  /** Of the lanes that the message went in, which is that of what it follows itself. */
  conversation: string | undefined;
  heldUntil: number | undefined;
}

/**
 * The message that this one is about; undefined when it is about none that the account has sent. Throws `gone` for one
 * that was taken back: nobody has it, and what changes it must not tell them what it was.
 */
export async function findFollowed(
  tx: Tx,
  accountId: number,
  target: string | undefined,
): Promise<Followed | undefined> {
  if (target === undefined) return undefined;
  const submission = await findSubmissionToFollow(tx, accountId, target);
  if (submission === undefined) return undefined;
  const deliveries = await listDeliveries(tx, accountId, submission.messageId);
  if (isTakenBack(deliveries)) {
    fail("gone", "You have taken back the message that this is about, so nobody has it.", {
      pointer: "/target",
    });
  }
  return { conversation: deliveries[0]?.lane.split("/")[0], heldUntil: submission.heldUntil };
}

/** What the account has sent about a message, about that, and so on; nothing more comes until the transaction ends. */
export async function findFollowers(tx: Tx, accountId: number, messageId: string): Promise<string[]> {
  const found = new Set([messageId]);
  let last = [messageId];
  while (last.length > 0) {
    last = (await listAboutToTakeBack(tx, accountId, last)).filter((id) => !found.has(id));
    for (const id of last) found.add(id);
  }
  found.delete(messageId);
  return [...found];
}

/** Whether nobody will get the message because its sender has taken it back. */
export function isTakenBack(deliveries: readonly Delivery[]): boolean {
  return deliveries.every((delivery) => delivery.state === "cancelled");
}

/**
 * Deliveries to a host in the same lane keep their order. The conversation comes first: its id grows with time, so that
 * lanes that are begun lie together in their index, whoever begins them.
 */
export function laneOf(accountId: number, conversation: string, recipient: string): string {
  return `${conversation}/${accountId}/${recipient}`;
}

import { fail, formatTime, isType, type Message, recipientsOf, targetIdOf } from "@posthorn/protocol";
import { acceptByWriting } from "../objects/senders.ts";
import { findEraseAt } from "../store/closing-store.ts";
import { insertDelivery } from "../store/delivery-store.ts";
import type { Tx } from "../store/sql.ts";
import { insertSubmission, type Submission } from "../store/submission-store.ts";
import { laneOf } from "./follow.ts";

export interface EnqueueContext {
  /** Our host. */
  host: string;
  /** How long a delivery is tried. */
  expiryMs: number;
  /** Told after commit which hosts have something to fetch from the queue. */
  wake(hosts: readonly string[]): void;
}

/** What is put into the queue, by the object that holds its bytes. */
export interface Queued extends Omit<Submission, "messageId" | "target"> {
  message: Message;
  /** Of the lanes that it goes in. */
  conversation: string;
  idempotencyKey: string | undefined;
}

/** Whether a program has written it by itself (§20.7). */
export function isAutomatic(message: Message): boolean {
  return isType(message, "email") && message.automatic === true;
}

/** Thrown when another process has taken the same id or key at the same moment; the second time it is found. */
export const raced = new Error("the same message is being submitted twice at once");

/**
 * Writes down that a message was handed over, and one delivery for each of its recipients. Throws `raced`, and ProblemError
 * `accountClosing`: whoever has closed their account sends nothing any more.
 */
export async function enqueue(
  { host, expiryMs, wake }: EnqueueContext,
  tx: Tx,
  { message, conversation, idempotencyKey, ...fields }: Queued,
): Promise<Submission> {
  const submission = { ...fields, messageId: message.id, target: targetIdOf(message) };
  const { accountId, objectId, createdAt, heldUntil } = submission;
  const firstAttemptAt = heldUntil ?? createdAt;
  const recipients = recipientsOf(message);
  const [isFirst] = await Promise.all([
    insertSubmission(tx, submission, idempotencyKey),
    refuseClosing(tx, accountId),
    ...recipients.map((recipient) =>
      insertDelivery(tx, {
        accountId,
        objectId,
        messageId: message.id,
        recipient: recipient.id,
        host: recipient.host,
        lane: laneOf(accountId, conversation, recipient.id),
        nextAttemptAt: firstAttemptAt,
        createdAt,
        expiresAt: firstAttemptAt + expiryMs,
      }),
    ),
    // What a program has written says nothing of whom its owner wants to hear from.
    isAutomatic(message) ? undefined : acceptByWriting(tx, accountId, host, recipients),
  ]);
  if (!isFirst) throw raced;
  tx.afterCommit(() => wake([...new Set(recipients.map(({ host }) => host))]));
  return submission;
}

async function refuseClosing(tx: Tx, accountId: number): Promise<void> {
  const eraseAt = await findEraseAt(tx, accountId);
  if (eraseAt === undefined) return;
  fail(
    "accountClosing",
    `This account is to be deleted on ${formatTime(eraseAt).slice(0, 10)}, so nothing is sent from it. Keep the account, then send again.`,
  );
}

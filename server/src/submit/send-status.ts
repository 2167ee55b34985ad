import {
  fail,
  formatAddress,
  formatTime,
  type Message,
  recipientsOf,
  type SendAnswer,
} from "@posthorn/protocol";
import type { Clock } from "../env/env.ts";
import { restoreDraft } from "../objects/kept-draft.ts";
import { recipientOf } from "../objects/sent.ts";
import { lockAccount } from "../store/account-store.ts";
import { cancelQueued, listDeliveries, listDeliveriesOf } from "../store/delivery-store.ts";
import type { Db, Store } from "../store/sql.ts";
import {
  findSubmission,
  findSubmissionToTakeBack,
  listMessagesSent,
  noteSubmissions,
  type Submission,
} from "../store/submission-store.ts";
import { findFollowers, isTakenBack } from "./follow.ts";

/** The answer to a message just accepted: nobody has tried yet. */
export function freshAnswer(message: Message, heldUntil: number | undefined): SendAnswer {
  return {
    id: message.id,
    recipients: recipientsOf(message).map((recipient) => ({
      address: formatAddress(recipient),
      status: "queued",
    })),
    ...(heldUntil === undefined ? {} : { sendAt: formatTime(heldUntil) }),
  };
}

/** Where each recipient's copy stands now. */
export async function sendAnswer(db: Db, submission: Submission, now: number): Promise<SendAnswer> {
  const { heldUntil = 0 } = submission;
  const deliveries = await listDeliveries(db, submission.accountId, submission.messageId);
  const isHeld = heldUntil > now && deliveries.some((delivery) => delivery.settledAt === undefined);
  return {
    id: submission.messageId,
    recipients: deliveries.map(recipientOf),
    ...(isHeld ? { sendAt: formatTime(heldUntil) } : {}),
  };
}

/** `GET /email/send/:id`. Throws `notFound`. */
export async function getSend(
  ctx: { store: Store; clock: Clock },
  input: { accountId: number; id: string },
): Promise<SendAnswer> {
  const { read } = ctx.store;
  const submission = (await findSubmission(read, input.accountId, input.id)) ?? failNotFound();
  return sendAnswer(read, submission, ctx.clock.now());
}

/**
 * `DELETE /email/send/:id`: takes back what no attempt has been made for, and what has not left of all that is about it.
 * What was a draft of a mail program is one again. Throws `notHeld` when any copy has left, and takes nothing back then.
 */
export async function cancelSend(
  ctx: { store: Store; clock: Clock },
  input: { accountId: number; id: string },
): Promise<SendAnswer> {
  const now = ctx.clock.now();
  const { accountId, id } = input;
  return ctx.store.write(async (tx) => {
    const submission = (await findSubmissionToTakeBack(tx, accountId, id)) ?? failNotFound();
    const messages = await listMessagesSent(tx, accountId, submission.objectId);
    const deliveries = await listDeliveriesOf(tx, accountId, messages);
    if (isTakenBack(deliveries)) return sendAnswer(tx, submission, now);
    await lockAccount(tx, accountId);
    const cancelled = await cancelQueued(tx, accountId, messages, now);
    if (cancelled.length < deliveries.length) {
      fail("notHeld", "This message is already on its way and cannot be taken back. You can send a recall.");
    }
    const followers = await cancelQueued(tx, accountId, await findFollowers(tx, accountId, id), now);
    await restoreDraft(tx, accountId, submission.objectId);
    await noteSubmissions(tx, [...cancelled, ...followers], "updated");
    return sendAnswer(tx, submission, now);
  });
}

function failNotFound(): never {
  return fail("notFound", "You have not sent a message with this id.");
}

/**
 * A message that lies in a mailbox already is sent: a draft becomes the message that goes out, in the transaction that
 * queues it, so it is never sent twice and never half.
 */
import { createHash } from "node:crypto";
import { type Address, blobsOf, fail, type Message, ProblemError, targetIdOf } from "@posthorn/protocol";
import { checkBlobs, type Holder, useBlobs } from "../blobs/access.ts";
import { putUnseen, rewriteMessage } from "../objects/rewrite-message.ts";
import { lockAccount, takeStates } from "../store/account-store.ts";
import { appendChange } from "../store/change-store.ts";
import { listDeliveriesOf } from "../store/delivery-store.ts";
import { findObject, type StoredObject } from "../store/object-store.ts";
import type { Tx } from "../store/sql.ts";
import {
  deleteSubmission,
  findSubmissionToTakeBack,
  listMessagesSent,
  type Submission,
} from "../store/submission-store.ts";
import { enqueue, raced } from "./enqueue.ts";
import { findFollowed, isTakenBack } from "./follow.ts";
import { latest, refuseMisdated, refuseWrongEnds, type SubmitContext } from "./submit.ts";

interface Written {
  message: Message;
  bytes: Uint8Array;
}

export interface ObjectToSend {
  accountName: string;
  /** As it was when the messages were made of it. */
  object: StoredObject;
  /** What the object is to be, and what everybody it names gets. */
  written: Written;
  /** For those whom the message does not name: each a message of its own, that nobody else sees. */
  beside: readonly (Written & { to: Address })[];
  identityId: number;
  /** Not to be sent before, milliseconds since 1970; undefined for now. */
  sendAt: number | undefined;
}

/**
 * Sends a stored message. Throws `alreadyExists` when it was sent before and not taken back, `changedMeanwhile` when it
 * is no longer what the messages were made of, and what `submit` throws.
 */
export async function submitObject(ctx: SubmitContext, input: ObjectToSend): Promise<Submission> {
  for (const { message } of [input.written, ...input.beside])
    refuseWrongEnds(ctx, input.accountName, message);
  const write = () => ctx.store.write((tx) => store(ctx, tx, input));
  return write().catch((error: unknown) => (error === raced ? write() : Promise.reject(error)));
}

async function store(ctx: SubmitContext, tx: Tx, input: ObjectToSend): Promise<Submission> {
  const { object, written, beside, identityId, sendAt } = input;
  const { accountId } = object;
  const now = ctx.clock.now();
  const followed = await findFollowed(tx, accountId, targetIdOf(written.message));
  await forgetTakenBack(tx, accountId, written.message.id, object.id);
  await lockAccount(tx, accountId);
  const there = await findObject(tx, accountId, object.id);
  if (there === undefined || there.messageId !== object.messageId || there.format !== object.format) {
    fail("changedMeanwhile", "This message has been sent or destroyed meanwhile.");
  }
  const heldUntil = latest(sendAt, followed?.heldUntil, now);
  refuseMisdated(written.message, heldUntil ?? now);
  await takeBlobs(tx, accountId, [written, ...beside]);
  const bcc = beside.map(({ to }) => to);
  const sendsAt = heldUntil ?? now;
  if (
    object.format !== "posthorn" &&
    !(await rewriteMessage(tx, there, { ...written, bcc, sendAt: sendsAt }))
  ) {
    fail(
      "mailboxFull",
      "Your mailbox is full, so the message was not sent. Delete something and send again.",
    );
  }
  const madeState = await takeStates(tx, accountId, 1);
  const conversation = followed?.conversation ?? object.conversation;
  const common = {
    accountId,
    createdAt: now,
    heldUntil,
    identityId,
    conversation,
    idempotencyKey: undefined,
  };
  const submission = await enqueue(ctx, tx, {
    ...common,
    madeState,
    objectId: object.id,
    message: written.message,
    digest: digestOf(written.bytes),
  });
  await appendChange(tx, accountId, {
    type: "EmailSubmission",
    state: madeState,
    objectId: object.id,
    change: "created",
  });
  for (const { message, bytes } of beside) {
    const objectId = await putUnseen(tx, accountId, { message, bytes, receivedAt: now });
    const digest = digestOf(bytes);
    await enqueue(ctx, tx, { ...common, objectId, message, digest, shownWith: object.id });
  }
  return submission;
}

/** What was taken back can be sent again: nobody has it. Throws `alreadyExists` for what was not. */
async function forgetTakenBack(
  tx: Tx,
  accountId: number,
  messageId: string,
  objectId: number,
): Promise<void> {
  const all = await listMessagesSent(tx, accountId, objectId);
  // A draft that is one again may become a message of another id.
  for (const id of new Set([messageId, ...all])) await findSubmissionToTakeBack(tx, accountId, id);
  if (!isTakenBack(await listDeliveriesOf(tx, accountId, all))) {
    fail("alreadyExists", "This message was sent already. Write another one to say it again.");
  }
  for (const id of all) await deleteSubmission(tx, accountId, id);
}

async function takeBlobs(tx: Tx, accountId: number, all: readonly Written[]): Promise<void> {
  const holder: Holder = { kind: "account", id: accountId };
  for (const { message } of all) {
    const checked = await checkBlobs(tx, holder, message);
    if (!checked.ok) throw new ProblemError(checked.problem);
    await useBlobs(tx, holder, blobsOf(message));
  }
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

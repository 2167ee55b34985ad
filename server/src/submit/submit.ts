/**
 * A client hands over a message: check, then one transaction that holds the copy in Sent, the change and one delivery
 * per recipient. When it resolves all of that is on stable storage, so the caller may answer 202.
 */
import { createHash } from "node:crypto";
import {
  accountName,
  blobsOf,
  checkMessage,
  completeSubmission,
  conversationOf,
  fail,
  formatAddress,
  formatTime,
  hostPort,
  limits,
  type Message,
  ProblemError,
  parseTime,
  readJson,
  recipientsOf,
  type SendAnswer,
  senderOf,
  targetIdOf,
  uuidV7,
} from "@posthorn/protocol";
import { checkBlobs, type Holder, useBlobs } from "../blobs/access.ts";
import type { Clock, Random } from "../env/env.ts";
import { addMessage } from "../objects/add-message.ts";
import { insertDelivery } from "../store/delivery-store.ts";
import { findObject } from "../store/object-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import {
  findSubmission,
  findSubmissionByKey,
  insertSubmission,
  type Submission,
} from "../store/submission-store.ts";
import { freshAnswer, sendAnswer } from "./send-status.ts";

/** Dated so far before its first try, a message could be too old for its recipients before it is given up. */
const oldestAtFirstTryMs = 4 * 24 * 3_600_000;
const newestAtFirstTryMs = 24 * 3_600_000;
const furthestSendAtMs = 366 * 24 * 3_600_000;

export interface SubmitContext {
  store: Store;
  clock: Clock;
  random: Random;
  /** Our host. */
  host: string;
  /** Whether addresses may carry a port: local trials only. */
  allowPorts: boolean;
  /** How long a delivery is tried. */
  expiryMs: number;
  /** Told after commit which hosts have something to fetch from the queue. */
  wake(hosts: readonly string[]): void;
}

export interface SubmitInput {
  accountId: number;
  accountName: string;
  body: Uint8Array;
  /** Not to be sent before, milliseconds since 1970. */
  sendAt?: number | undefined;
  /** Held so many seconds, in which it can be taken back. */
  undoS?: number | undefined;
  idempotencyKey?: string | undefined;
}

interface Draft {
  message: Message;
  bytes: Uint8Array;
  digest: Uint8Array;
}

/**
 * Accepts a message for sending. The same id or Idempotency-Key with the same bytes has the same answer; with other
 * bytes it throws `idConflict`. Throws `forbidden` for another's `from`, `blobsMissing`, `blobMismatch`, `mailboxFull`,
 * and what reading a message throws.
 */
export async function submit(ctx: SubmitContext, input: SubmitInput): Promise<SendAnswer> {
  const now = ctx.clock.now();
  const heldUntil = holdOf(input, now);
  const draft = readDraft(ctx, input, now, heldUntil);
  const write = () => ctx.store.write((tx) => storeOnce(ctx, tx, input, draft, now, heldUntil));
  // Another process may take the same id while this one looks; the second time it is found.
  const stored = await write().catch((error: unknown) => (error === raced ? write() : Promise.reject(error)));
  if (stored.fresh) return freshAnswer(draft.message, heldUntil);
  return sendAnswer(ctx.store.read, stored.submission);
}

/**
 * Accepts several messages, each by itself: one that is refused harms no other. They are taken in order, so that an
 * edit never comes before what it changes; an embedded store keeps the order of its callers and gives them one commit.
 */
export async function submitBatch<T>(
  ctx: Pick<SubmitContext, "store">,
  lines: readonly Uint8Array[],
  submitLine: (body: Uint8Array) => Promise<T>,
): Promise<T[]> {
  if (ctx.store.dialect === "sqlite") return Promise.all(lines.map(submitLine));
  const answers: T[] = [];
  for (const body of lines) answers.push(await submitLine(body));
  return answers;
}

const raced = new Error("the same message is being submitted twice at once");

interface Stored {
  submission: Submission;
  fresh: boolean;
}

async function storeOnce(
  ctx: SubmitContext,
  tx: Tx,
  input: SubmitInput,
  draft: Draft,
  now: number,
  heldUntil: number | undefined,
): Promise<Stored> {
  const known = await findKnown(tx, input, draft.message.id);
  if (known !== undefined) return { submission: sameOrConflict(known, draft.digest), fresh: false };
  return { submission: await store(ctx, tx, input, draft, now, heldUntil), fresh: true };
}

function holdOf(input: SubmitInput, now: number): number | undefined {
  const { sendAt, undoS } = input;
  if (undoS !== undefined && (!Number.isInteger(undoS) || undoS < 0 || undoS > limits.undoS)) {
    fail("badRequest", `“undo” is a number of seconds from 0 to ${limits.undoS}.`, { pointer: "/undo" });
  }
  if (sendAt !== undefined && sendAt > now + furthestSendAtMs) {
    fail("badRequest", "“sendAt” is more than a year away.", { pointer: "/sendAt" });
  }
  const until = Math.max(sendAt ?? 0, undoS === undefined ? 0 : now + undoS * 1_000);
  return until > now ? until : undefined;
}

function readDraft(
  ctx: SubmitContext,
  input: SubmitInput,
  now: number,
  heldUntil: number | undefined,
): Draft {
  const value = readJson(input.body, { maxBytes: limits.messageBytes });
  const { value: complete, completed } = completeSubmission(value, {
    from: { id: input.accountName, host: ctx.host },
    get id() {
      return uuidV7(now, ctx.random.bytes(16));
    },
    date: formatTime(heldUntil ?? now),
  });
  const message = checkMessage(complete);
  refuseForeignSender(ctx, input, message);
  refuseUnreachable(ctx, message);
  refuseMisdated(message, heldUntil ?? now);
  const bytes = completed ? new TextEncoder().encode(JSON.stringify(complete)) : input.body;
  if (bytes.length > limits.messageBytes) {
    fail(
      "tooLarge",
      `The message has ${bytes.length} bytes; at most ${limits.messageBytes} are taken. Send large files as attachments.`,
    );
  }
  return { message, bytes, digest: createHash("sha256").update(input.body).digest() };
}

function refuseForeignSender(ctx: SubmitContext, input: SubmitInput, message: Message): void {
  const sender = senderOf(message);
  if (sender.host === ctx.host && accountName(sender.id) === input.accountName) return;
  const pointer = message.from === undefined ? "/organizer" : "/from";
  fail(
    "forbidden",
    `You are signed in as ${input.accountName}@${ctx.host} and cannot send as ${formatAddress(sender)}.`,
    { pointer },
  );
}

/** What its recipients would refuse by its date is refused here, where the sender can still change it (§50.2). */
function refuseMisdated(message: Message, firstTryAt: number): void {
  const sentAt = parseTime(message.date);
  if (sentAt < firstTryAt - oldestAtFirstTryMs || sentAt > firstTryAt + newestAtFirstTryMs) {
    fail(
      "invalidMessage",
      `The message is dated ${message.date}, but it is sent on ${formatTime(firstTryAt)}. Date it when it is sent, or leave “date” out.`,
      { pointer: "/date" },
    );
  }
}

function refuseUnreachable(ctx: SubmitContext, message: Message): void {
  if (ctx.allowPorts) return;
  for (const field of ["to", "cc"] as const) {
    const at = (message[field] ?? []).findIndex((address) => hostPort(address.host) !== undefined);
    if (at >= 0)
      fail("invalidMessage", "An address with a port works only on a server in local mode.", {
        pointer: `/${field}/${at}/host`,
      });
  }
}

async function findKnown(tx: Tx, input: SubmitInput, messageId: string): Promise<Submission | undefined> {
  const byId = await findSubmission(tx, input.accountId, messageId);
  if (byId !== undefined || input.idempotencyKey === undefined) return byId;
  return findSubmissionByKey(tx, input.accountId, input.idempotencyKey);
}

function sameOrConflict(known: Submission, digest: Uint8Array): Submission {
  if (Buffer.from(known.digest).equals(digest)) return known;
  return fail(
    "idConflict",
    `You have already sent another message with the id ${known.messageId}. Give this one a new id.`,
    { pointer: "/id" },
  );
}

async function store(
  ctx: SubmitContext,
  tx: Tx,
  input: SubmitInput,
  draft: Draft,
  now: number,
  heldUntil: number | undefined,
): Promise<Submission> {
  const { message, bytes, digest } = draft;
  const holder: Holder = { kind: "account", id: input.accountId };
  const checked = await checkBlobs(tx, holder, message);
  if (!checked.ok) throw new ProblemError(checked.problem);
  const blobs = blobsOf(message);
  const objectId = await addMessage(tx, {
    accountId: input.accountId,
    role: "sent",
    message,
    bytes,
    receivedAt: now,
    keywords: ["$seen"],
    blobs,
  });
  if (objectId === undefined)
    fail(
      "mailboxFull",
      "Your mailbox is full, so the message was not sent. Delete something and send again.",
    );
  await useBlobs(tx, holder, blobs);
  const followed = await findFollowed(tx, input.accountId, message);
  const firstAttemptAt = Math.max(now, heldUntil ?? 0, followed?.heldUntil ?? 0);
  const submission = {
    accountId: input.accountId,
    messageId: message.id,
    digest,
    objectId,
    createdAt: now,
    heldUntil,
  };
  if (!(await insertSubmission(tx, submission, input.idempotencyKey))) throw raced;
  const conversation = followed?.conversation ?? conversationOf(message);
  const hosts = new Set<string>();
  for (const recipient of recipientsOf(message)) {
    hosts.add(recipient.host);
    await insertDelivery(tx, {
      accountId: input.accountId,
      objectId,
      messageId: message.id,
      recipient: recipient.id,
      host: recipient.host,
      lane: `${input.accountId}/${conversation}/${recipient.id}`,
      nextAttemptAt: firstAttemptAt,
      createdAt: now,
      expiresAt: firstAttemptAt + ctx.expiryMs,
    });
  }
  tx.afterCommit(() => ctx.wake([...hosts]));
  return submission;
}

/** The message that this one changes: what follows it goes in its lane and not before it. */
async function findFollowed(
  tx: Tx,
  accountId: number,
  message: Message,
): Promise<{ conversation: string; heldUntil: number | undefined } | undefined> {
  const target = targetIdOf(message);
  if (target === undefined) return undefined;
  const submission = await findSubmission(tx, accountId, target);
  if (submission === undefined) return undefined;
  const object = await findObject(tx, accountId, submission.objectId);
  return object && { conversation: object.conversation, heldUntil: submission.heldUntil };
}

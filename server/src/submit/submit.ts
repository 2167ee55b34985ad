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
  type SendAnswer,
  senderOf,
  targetIdOf,
  uuidV7,
} from "@posthorn/protocol";
import { checkBlobs, type Holder, useBlobs } from "../blobs/access.ts";
import type { Clock, Random } from "../env/env.ts";
import { addMessage } from "../objects/add-message.ts";
import { isDateToSend } from "../objects/date-to-send.ts";
import { placeOf, roles } from "../objects/roles.ts";
import type { Store, Tx } from "../store/sql.ts";
import { findSubmission, findSubmissionByKey, type Submission } from "../store/submission-store.ts";
import { type EnqueueContext, enqueue, isAutomatic, raced } from "./enqueue.ts";
import { findFollowed } from "./follow.ts";
import { freshAnswer, sendAnswer } from "./send-status.ts";
import { writeMembers } from "./write-members.ts";

/** Marks what a program has sent by itself, among what the owner has (registered with IANA for this). */
const autoSent = "$autosent";
const furthestSendAtMs = 366 * 24 * 3_600_000;

export interface SubmitContext extends EnqueueContext {
  store: Store;
  clock: Clock;
  random: Random;
  /** Whether addresses may carry a port: local trials only. */
  allowPorts: boolean;
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

interface Handed extends SubmitInput {
  now: number;
  /** Until when the caller wants it held; undefined for one that goes at once. */
  hold: number | undefined;
}

interface Submitted {
  answer: SendAnswer;
  /** False when the account has handed the same over before: nothing was added. */
  isFresh: boolean;
}

/**
 * Accepts a message for sending. The same id or Idempotency-Key with the same bytes has the same answer; with other
 * bytes it throws `idConflict`. Throws `forbidden` for another's `from`, `gone` for what is about a message taken back,
 * `blobsMissing`, `blobMismatch`, `mailboxFull`, and what reading a message throws.
 */
export async function submit(ctx: SubmitContext, input: SubmitInput): Promise<Submitted> {
  const now = ctx.clock.now();
  const handed: Handed = { ...input, now, hold: holdOf(input, now) };
  const draft = readDraft(ctx, handed, { heldUntil: handed.hold });
  const write = () => ctx.store.write((tx) => storeOnce(ctx, tx, handed, draft));
  // Another process may take the same id while this one looks; the second time it is found.
  const { submission, isFresh } = await write().catch((error: unknown) =>
    error === raced ? write() : Promise.reject(error),
  );
  const answer = isFresh
    ? freshAnswer(draft.message, submission.heldUntil)
    : await sendAnswer(ctx.store.read, submission, now);
  return { answer, isFresh };
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

interface Stored {
  submission: Submission;
  isFresh: boolean;
}

async function storeOnce(ctx: SubmitContext, tx: Tx, handed: Handed, draft: Draft): Promise<Stored> {
  const known = await findKnown(tx, handed, draft.message.id);
  if (known !== undefined) return { submission: sameOrConflict(known, draft), isFresh: false };
  const followed = await findFollowed(tx, handed.accountId, targetIdOf(draft.message));
  const heldUntil = latest(handed.hold, followed?.heldUntil, handed.now);
  // What is held with the message it changes is dated as that is sent, when its date was left to us.
  const isDated = heldUntil === handed.hold;
  const dated = isDated ? draft : readDraft(ctx, handed, { heldUntil, id: draft.message.id });
  refuseMisdated(dated.message, heldUntil ?? handed.now);
  const conversation = followed?.conversation ?? conversationOf(dated.message);
  return { submission: await store(ctx, tx, handed, dated, { heldUntil, conversation }), isFresh: true };
}

/** The later of two times that are still to come. */
export function latest(one: number | undefined, other: number | undefined, now: number): number | undefined {
  const until = Math.max(one ?? 0, other ?? 0);
  return until > now ? until : undefined;
}

function holdOf(input: SubmitInput, now: number): number | undefined {
  const { sendAt, undoS } = input;
  if (undoS !== undefined && (!Number.isInteger(undoS) || undoS < 0 || undoS > limits.undoS)) {
    fail("badRequest", `“undo” is a number of seconds from 0 to ${limits.undoS}.`, { pointer: "/undo" });
  }
  if (sendAt !== undefined && sendAt > now + furthestSendAtMs) {
    fail("badRequest", "“sendAt” is more than a year away.", { pointer: "/sendAt" });
  }
  return latest(sendAt, undoS === undefined ? undefined : now + undoS * 1_000, now);
}

/** The message as it goes out when it is held so long; one that brings no id gets this one or a new one. */
function readDraft(
  ctx: SubmitContext,
  handed: Handed,
  { heldUntil, id }: { heldUntil: number | undefined; id?: string },
): Draft {
  const { accountName: name, body, now } = handed;
  const value = readJson(body, { maxBytes: limits.messageBytes });
  const { value: complete, completed } = completeSubmission(value, {
    from: { id: name, host: ctx.host },
    get id() {
      return id ?? uuidV7(now, ctx.random.bytes(16));
    },
    date: formatTime(heldUntil ?? now),
  });
  const message = checkMessage(complete);
  refuseWrongEnds(ctx, handed.accountName, message);
  const bytes = completed ? writeMembers(body, addedTo(value, complete)) : body;
  if (bytes.length > limits.messageBytes) {
    fail(
      "tooLarge",
      `The message has ${bytes.length} bytes; at most ${limits.messageBytes} are taken. Send large files as attachments.`,
    );
  }
  return { message, bytes, digest: createHash("sha256").update(body).digest() };
}

/** What a message has that it lacked, or had null, before it was completed. */
function addedTo(value: unknown, complete: object): Record<string, unknown> {
  const given = new Map<string, unknown>(Object.entries(value ?? {}));
  return Object.fromEntries(Object.entries(complete).filter(([name, member]) => member !== given.get(name)));
}

/** Throws `forbidden` for another's `from`, and `invalidMessage` for recipients that cannot be reached from here. */
export function refuseWrongEnds(ctx: Ends, name: string, message: Message): void {
  refuseForeignSender(ctx, name, message);
  refuseUnreachable(ctx, message);
}

type Ends = Pick<SubmitContext, "host" | "allowPorts">;

function refuseForeignSender({ host }: Ends, name: string, message: Message): void {
  const sender = senderOf(message);
  if (sender.host === host && accountName(sender.id) === name) return;
  const pointer = message.from === undefined ? "/organizer" : "/from";
  fail("forbidden", `You are signed in as ${name}@${host} and cannot send as ${formatAddress(sender)}.`, {
    pointer,
  });
}

/** What its recipients would refuse by its date is refused here, where the sender can still change it (§50.2). */
export function refuseMisdated(message: Message, firstTryAt: number): void {
  const sentAt = parseTime(message.date);
  if (isDateToSend(sentAt, firstTryAt)) return;
  fail(
    "invalidMessage",
    `The message is dated ${message.date}, but it is sent on ${formatTime(firstTryAt)}. Date it when it is sent, or leave “date” out.`,
    { pointer: "/date" },
  );
}

function refuseUnreachable(ctx: Ends, message: Message): void {
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

function sameOrConflict(known: Submission, { digest, message }: Draft): Submission {
  if (Buffer.from(known.digest).equals(digest)) return known;
  if (known.messageId !== message.id) {
    return fail(
      "idConflict",
      `This Idempotency-Key stands for another message that you have sent, ${known.messageId}. Give each message a key of its own.`,
    );
  }
  return fail(
    "idConflict",
    `You have already sent another message with the id ${known.messageId}. Give this one a new id.`,
    { pointer: "/id" },
  );
}

async function store(
  ctx: SubmitContext,
  tx: Tx,
  handed: Handed,
  draft: Draft,
  place: { heldUntil: number | undefined; conversation: string },
): Promise<Submission> {
  const { accountId, now } = handed;
  const { message, bytes, digest } = draft;
  const holder: Holder = { kind: "account", id: accountId };
  const checked = await checkBlobs(tx, holder, message);
  if (!checked.ok) throw new ProblemError(checked.problem);
  const blobs = blobsOf(message);
  const objectId = await addMessage(tx, {
    accountId,
    mailboxes: [roles[placeOf(message, "sent")].id],
    message,
    bytes,
    receivedAt: now,
    keywords: isAutomatic(message) ? ["$seen", autoSent] : ["$seen"],
    blobs,
  });
  if (objectId === undefined)
    fail(
      "mailboxFull",
      "Your mailbox is full, so the message was not sent. Delete something and send again.",
    );
  await useBlobs(tx, holder, blobs);
  return enqueue(ctx, tx, {
    ...place,
    accountId,
    objectId,
    message,
    digest,
    createdAt: now,
    idempotencyKey: handed.idempotencyKey,
  });
}

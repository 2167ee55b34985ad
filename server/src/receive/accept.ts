/**
 * Taking responsibility for one message: per recipient, once. Whoever asks again gets the answer that was given
 * (reliability I3, I4).
 */
import {
  type Address,
  accountName,
  attachmentsOf,
  type BlobRef,
  blobsOf,
  blobsOfFile,
  conversationOf,
  formatAddress,
  formatTime,
  type Message,
  type Problem,
  problem,
  type RecipientVerdict,
  recipientsOf,
  sealOf,
  senderOf,
  type Verdict,
} from "@posthorn/protocol";
import { announce, checkBlobs, type Holder, holdMade, useBlobs } from "../blobs/access.ts";
import { addMessage, type NewMessage } from "../objects/add-message.ts";
import { isMuted, outOfInbox } from "../objects/mute.ts";
import { sizeWithBlobs } from "../objects/put-object.ts";
import { firstKeywords, placeOf, roles } from "../objects/roles.ts";
import { applyRules, type Placing, visibleOf } from "../objects/rules.ts";
import { rememberSender, welcome } from "../objects/screening.ts";
import { silenced } from "../objects/senders.ts";
import { wakeThread } from "../objects/snooze.ts";
import { type Account, findAccountByName } from "../store/account-store.ts";
import { isFormerAddress } from "../store/closing-store.ts";
import { deleteReceipt, findReceipt, insertReceipt } from "../store/receipt-store.ts";
import type { Tx } from "../store/sql.ts";
import type { SealedCopies, SealedCopy } from "./sealed-copies.ts";

export interface Incoming {
  message: Message;
  /** Exactly as received. */
  bytes: Uint8Array;
  digest: Uint8Array;
  copies: SealedCopies;
}

/**
 * An account takes sealed mail, and what came for it in the open has not been sealed, or its files have not: they must be,
 * before it is kept.
 */
export const notSealed = new Error("a message in the open came for an account that takes sealed mail");

export interface AcceptContext {
  /** Our host: of the message's recipients those with it are ours. */
  host: string;
  now: number;
  /** Names this life of the server's data (reliability I14). */
  incarnation: string;
}

/**
 * The verdict on one message, written in the caller's transaction. Nothing is written for a recipient refused, but that
 * blobs are asked for when somebody here would take the message: nobody else's names fill the disk.
 */
export async function accept(
  ctx: AcceptContext,
  tx: Tx,
  senderHost: string,
  incoming: Incoming,
): Promise<Verdict> {
  const { message } = incoming;
  const recipients = recipientsOf(message).filter((recipient) => recipient.host === ctx.host);
  const blobs = blobsOf(message);
  const sender: Holder = { kind: "host", host: senderHost };
  let looked: Promise<Problem | undefined> | undefined;
  // Our own accounts' blobs were checked when the message was submitted, and its copy in Sent keeps them.
  const lookAtBlobs = (): Promise<Problem | undefined> => {
    if (blobs.length === 0 || senderHost === ctx.host) return Promise.resolve(undefined);
    looked ??= askForBlobs(ctx, tx, sender, message);
    return looked;
  };
  const told: RecipientVerdict[] = [];
  const times: number[] = [];
  let isNew = false;
  for (const recipient of recipients) {
    const outcome = await acceptFor(ctx, tx, recipient, { ...incoming, blobs, lookAtBlobs });
    if ("deliveredAt" in outcome) {
      times.push(outcome.deliveredAt);
      isNew ||= outcome.isNew;
    }
    told.push({ id: recipient.id, host: recipient.host, ...toldOf(outcome) });
  }
  const latest = times.length === 0 ? undefined : Math.max(...times);
  if (latest === undefined) return refusedAs(ctx, message, listOnce(told));
  if (isNew && blobs.length > 0) await useBlobs(tx, sender, blobs);
  return {
    id: message.id,
    status: 200,
    deliveredAt: formatTime(latest),
    incarnation: ctx.incarnation,
    recipients: listOnce(told),
  };
}

/** What keeps the message from being taken as far as its blobs go; those missing may be uploaded from now on. */
async function askForBlobs(
  ctx: AcceptContext,
  tx: Tx,
  sender: Extract<Holder, { kind: "host" }>,
  message: Message,
): Promise<Problem | undefined> {
  const checked = await checkBlobs(tx, sender, message);
  if (checked.ok) return undefined;
  return (await announce(tx, sender.host, checked.missing, ctx.now)) ?? checked.problem;
}

type Outcome =
  /** `isNew` when it was taken now, not before. */
  | { status: "delivered" | "held"; deliveredAt: number; isNew: boolean }
  | { status: "refused"; problem: Problem };

interface Offered extends Incoming {
  blobs: readonly BlobRef[];
  /** Asked only for somebody who would take the message. */
  lookAtBlobs(): Promise<Problem | undefined>;
}

async function acceptFor(ctx: AcceptContext, tx: Tx, recipient: Address, offered: Offered): Promise<Outcome> {
  const name = accountName(recipient.id);
  const account = await findAccountByName(tx, name);
  if (account === undefined && (await isFormerAddress(tx, name))) return noLongerInUse(ctx, name);
  if (account === undefined || account.suspendedAt !== undefined) {
    return refusal(
      "recipientUnknown",
      `${ctx.host} has no user “${name}”. Check the spelling, then send again.`,
    );
  }
  if (account.eraseAt !== undefined) {
    const sender = formatAddress(senderOf(offered.message));
    // What was taken before stays taken.
    const isKnown = (await findReceipt(tx, account.id, offered.message.id, sender)) !== undefined;
    return isKnown ? answerAgain(tx, account, offered, sender) : noLongerInUse(ctx, name);
  }
  return acceptInto(ctx, tx, account, { ...offered, recipient });
}

function noLongerInUse({ host }: AcceptContext, name: string): Outcome {
  return refusal("recipientGone", `The address ${name}@${host} is no longer in use.`);
}

interface OfferedTo extends Offered {
  recipient: Address;
}

async function acceptInto(
  ctx: AcceptContext,
  tx: Tx,
  account: Account,
  offered: OfferedTo,
): Promise<Outcome> {
  const { message, digest, recipient } = offered;
  const sender = formatAddress(senderOf(message));
  const sizeBytes = sizeWithBlobs(offered);
  const greeted = await welcome(tx, account, ctx, { message, recipient, sizeBytes });
  if (greeted.kind === "refused") {
    const isKnown = (await findReceipt(tx, account.id, message.id, sender)) !== undefined;
    return isKnown ? answerAgain(tx, account, offered, sender) : { status: "refused", ...greeted };
  }
  const status = greeted.kind === "accepted" ? "delivered" : "held";
  const receipt = { digest, status, deliveredAt: ctx.now } as const;
  if (!(await insertReceipt(tx, account.id, message.id, sender, receipt))) {
    return answerAgain(tx, account, offered, sender);
  }
  const reason = await store(ctx, tx, account, offered, greeted.kind);
  if (reason !== undefined) {
    await deleteReceipt(tx, account.id, message.id, sender);
    return { status: "refused", problem: reason };
  }
  await rememberSender(tx, account.id, greeted);
  return { status, deliveredAt: ctx.now, isNew: true };
}

/** What keeps the message from being stored; undefined when it is. */
async function store(
  ctx: AcceptContext,
  tx: Tx,
  account: Account,
  offered: Offered,
  welcomed: "accepted" | "waits" | "silenced",
): Promise<Problem | undefined> {
  const { message, copies } = offered;
  const copy = copies.get(account.id);
  // Also when the account has changed since it was sealed, or was not.
  if (copy === undefined && account.isSealed && sealOf(message) === undefined) throw notSealed;
  if (copy?.kind === "refused") return copy.problem;
  const full = () => problem("mailboxFull", `The mailbox of ${account.name}@${ctx.host} is full.`);
  const kept = keptOf(offered, copy);
  if (account.usedBytes + kept.neededBytes > account.quotaBytes) return full();
  const reason = await offered.lookAtBlobs();
  if (reason !== undefined) return reason;
  if (copy?.kind === "unsealed" || !(await holdMade(tx, kept.made))) throw notSealed;
  const conversation = conversationOf(message);
  const isQuiet = welcomed === "accepted" && (await isMuted(tx, account, conversation));
  const placing = await placingOf(tx, account, message, kept, welcomed);
  const objectId = await addMessage(tx, {
    ...kept,
    ...(isQuiet ? outOfInbox(placing) : placing),
    accountId: account.id,
    message,
    receivedAt: ctx.now,
  });
  if (objectId === undefined) return full();
  await useBlobs(tx, { kind: "server" }, kept.made);
  if (account.hasSnoozed && welcomed === "accepted" && !isQuiet) {
    await wakeThread(tx, account.id, conversation, ctx.now);
  }
  return undefined;
}

/** Where it is put, and how it is marked: what waits for the owner and what is kept from sight apart. */
async function placingOf(
  tx: Tx,
  account: Account,
  message: Message,
  kept: Kept,
  welcomed: "accepted" | "waits" | "silenced",
): Promise<Placing> {
  const keywords = firstKeywords(message);
  if (welcomed === "waits") return { mailboxes: [roles.screener.id], keywords };
  if (welcomed === "silenced") return silenced(keywords);
  const placing = { mailboxes: [roles[placeOf(message, "inbox")].id], keywords };
  if (!account.hasRules) return placing;
  const isOpen = kept.isSealedOnArrival !== true && sealOf(message) === undefined;
  const hasAttachment = attachmentsOf(message).length > 0;
  const visible = visibleOf(message, { isOpen, hasAttachment, sizeBytes: kept.bytes.length });
  return applyRules(tx, account.id, visible, placing);
}

interface Kept extends Pick<NewMessage, "bytes" | "blobs" | "isSealedOnArrival" | "sealedFiles"> {
  neededBytes: number;
  /** Those of the blobs that this server has made. */
  made: readonly BlobRef[];
}

/** The bytes and files as they came, or what they were sealed to. */
function keptOf({ bytes, blobs }: Offered, copy: SealedCopy | undefined): Kept {
  if (copy?.kind !== "sealed") {
    const neededBytes = copy?.kind === "unsealed" ? copy.neededBytes : sizeWithBlobs({ bytes, blobs });
    return { bytes, blobs, neededBytes, made: [] };
  }
  const made = copy.files.flatMap(blobsOfFile);
  const kept = { bytes: copy.bytes, blobs: made.length === 0 ? blobs : made };
  const sealedFiles = made.length === 0 ? {} : { sealedFiles: copy.files };
  return { ...kept, ...sealedFiles, isSealedOnArrival: true, neededBytes: sizeWithBlobs(kept), made };
}

async function answerAgain(tx: Tx, account: Account, incoming: Incoming, sender: string): Promise<Outcome> {
  const known = await findReceipt(tx, account.id, incoming.message.id, sender);
  if (known !== undefined && Buffer.from(known.digest).equals(incoming.digest)) {
    return { status: known.status, deliveredAt: known.deliveredAt, isNew: false };
  }
  return refusal(
    "idConflict",
    `${sender} has already sent another message with the id ${incoming.message.id}.`,
  );
}

function refusal(code: Parameters<typeof problem>[0], detail: string): Outcome {
  return { status: "refused", problem: problem(code, detail) };
}

function toldOf(outcome: Outcome): Pick<RecipientVerdict, "status" | "problem"> {
  return outcome.status === "refused"
    ? { status: "refused", problem: outcome.problem }
    : { status: outcome.status };
}

/** The list of missing blobs may be long and is the same for every recipient: it is given with the first. */
function listOnce(told: readonly RecipientVerdict[]): RecipientVerdict[] {
  const first = told.findIndex((one) => one.problem?.missing !== undefined);
  return told.map((one, index) => {
    if (index === first || one.problem?.missing === undefined) return one;
    const { missing: _, ...rest } = one.problem;
    return { ...one, problem: rest };
  });
}

/** Nobody got it: the verdict carries the reason that can be helped at once, else one that may pass, else one that will not. */
function refusedAs(ctx: AcceptContext, message: Message, told: RecipientVerdict[]): Verdict {
  const problems = told.flatMap((one) => (one.problem === undefined ? [] : [one.problem]));
  const reason =
    problems.find((one) => one.missing !== undefined) ??
    problems.find((one) => one.retry !== "never") ??
    problems[0] ??
    problem("recipientUnknown", `None of the message's recipients is at ${ctx.host}.`);
  return {
    id: message.id,
    status: reason.status,
    incarnation: ctx.incarnation,
    recipients: told,
    problem: reason,
  };
}

/**
 * What tells a sender of a failure: a message from the postmaster in the sender's own mailbox, written in the
 * transaction that settles the delivery. It goes to the account that submitted, never to an address, so there can be no
 * report of a report (threats A13).
 */
import {
  checkMessage,
  formatTime,
  type Message,
  type Problem,
  ProblemError,
  readMessage,
  senderOf,
  uuidV7,
} from "@posthorn/protocol";
import type { Random } from "../env/env.ts";
import { addMessage, inInbox } from "../objects/add-message.ts";
import { findArrivalSeal } from "../receive/arrival.ts";
import { type Account, findAccount } from "../store/account-store.ts";
import type { Delivery } from "../store/delivery-store.ts";
import { findMessageBytes } from "../store/object-store.ts";
import type { Tx } from "../store/sql.ts";

export interface ReportContext {
  host: string;
  random: Random;
}

export type Report =
  | { kind: "failed"; problem: Problem | undefined }
  | { kind: "expired"; problem: Problem | undefined }
  | { kind: "late"; problem: Problem | undefined; nextAttemptAt: number };

/**
 * Writes the report, into a full mailbox too: there are at most two of a delivery, so what they take is bounded. When the
 * message itself cannot be read any more, or a report about it cannot be written, the state of the delivery still tells.
 * For an account that takes sealed mail it is sealed here: what it says, and whether at all, is only known by now.
 */
export async function report(
  ctx: ReportContext,
  tx: Tx,
  delivery: Delivery,
  now: number,
  what: Report,
): Promise<void> {
  const bytes = await findMessageBytes(tx, delivery.accountId, delivery.objectId);
  const message = bytes && findReport(ctx, bytes, delivery, now, what);
  const account = await findAccount(tx, delivery.accountId);
  if (message === undefined || account === undefined) return;
  const written = new TextEncoder().encode(JSON.stringify(message));
  const kept = account.isSealed ? await sealFor(ctx, tx, account, now, written) : written;
  if (kept === undefined) return;
  await addMessage(tx, {
    accountId: account.id,
    mailboxes: inInbox,
    message,
    bytes: kept,
    isSealedOnArrival: account.isSealed,
    receivedAt: now,
    keywords: [],
    blobs: [],
    isBeyondQuota: true,
  });
}

async function sealFor(
  { host }: ReportContext,
  tx: Tx,
  account: Account,
  now: number,
  written: Uint8Array,
): Promise<Uint8Array | undefined> {
  const seal = await findArrivalSeal(tx, account, { host, now });
  return (await seal?.(written))?.write([]);
}

function findReport(
  ctx: ReportContext,
  original: Uint8Array,
  delivery: Delivery,
  now: number,
  what: Report,
): Message | undefined {
  try {
    return compose(ctx, readMessage(original), delivery, now, what);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function compose(
  ctx: ReportContext,
  original: Message,
  delivery: Delivery,
  now: number,
  what: Report,
): Message {
  const recipient = `${delivery.recipient}@${delivery.host}`;
  const subject = "subject" in original && typeof original.subject === "string" ? original.subject : "";
  const about = subject === "" ? "Your message" : `Your message “${subject}”`;
  return checkMessage({
    id: uuidV7(now, ctx.random.bytes(16)),
    type: "email",
    from: { id: "postmaster", host: ctx.host },
    to: [senderOf(original)],
    subject: `${what.kind === "late" ? "Not delivered yet" : "Not delivered"}: ${recipient}`,
    body: `${sentences(about, recipient, delivery, what)}\n\n${codeOf(what.problem)}`.trim(),
    date: formatTime(now),
    inReplyTo: original.id,
    ...(original.thread === undefined ? {} : { thread: original.thread }),
    report: {
      recipient,
      status: what.kind === "late" ? "retrying" : what.kind,
      problem: what.problem ?? null,
    },
  });
}

function sentences(about: string, recipient: string, delivery: Delivery, what: Report): string {
  const reason = what.problem?.detail ?? `${delivery.host} gave no reason.`;
  switch (what.kind) {
    case "failed":
      return `${about} did not reach ${recipient}.\n\n${reason}`;
    case "expired":
      return `${about} did not reach ${recipient}, and we have stopped trying.${untried(delivery)}\n\n${reason}\n\nSend it again if it still matters.`;
    case "late":
      return `${about} has not reached ${recipient} yet.\n\n${reason}\n\nWe keep trying until ${formatTime(delivery.expiresAt)}; next try ${formatTime(what.nextAttemptAt)}. You need not do anything.`;
  }
}

/** Of what is given up without a try of its own (§50.7). */
function untried({ attemptCount, host }: Delivery): string {
  return attemptCount > 0 ? "" : ` It was still waiting behind others when ${host} could not be reached.`;
}

function codeOf(problem: Problem | undefined): string {
  return problem === undefined ? "" : `(${problem.code})`;
}

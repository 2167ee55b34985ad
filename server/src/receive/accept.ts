/**
 * Taking responsibility for one message: per recipient, once. Whoever asks again gets the answer that was given
 * (reliability I3, I4).
 */
import {
  type Address,
  accountName,
  blobsOf,
  formatAddress,
  formatTime,
  type Message,
  type Problem,
  problem,
  type RecipientVerdict,
  recipientsOf,
  senderOf,
  type Verdict,
} from "@posthorn/protocol";
import { announce, holderHas } from "../blobs/access.ts";
import { addMessage } from "../objects/add-message.ts";
import { type Account, findAccountByName } from "../store/account-store.ts";
import { deleteReceipt, findReceipt, insertReceipt } from "../store/receipt-store.ts";
import type { Tx } from "../store/sql.ts";

const announcedForMs = 24 * 3_600_000;

export interface Incoming {
  message: Message;
  /** Exactly as received. */
  bytes: Uint8Array;
  digest: Uint8Array;
}

export interface AcceptContext {
  /** Our host: of the message's recipients those with it are ours. */
  host: string;
  now: number;
  /** Names this life of the server's data (reliability I14). */
  incarnation: string;
}

/** The verdict on one message, written in the caller's transaction. Nothing is written for a recipient refused. */
export async function accept(
  ctx: AcceptContext,
  tx: Tx,
  senderHost: string,
  incoming: Incoming,
): Promise<Verdict> {
  const { message } = incoming;
  const recipients = recipientsOf(message).filter((recipient) => recipient.host === ctx.host);
  const blobs = blobsOf(message);
  // Our own accounts' blobs were checked when the message was submitted, and its copy in Sent keeps them.
  if (blobs.length > 0 && senderHost !== ctx.host) {
    const missing = await holderHas(
      tx,
      `host:${senderHost}`,
      blobs.map((blob) => blob.hash),
    );
    if (missing.length > 0) {
      for (const blob of blobs) {
        if (missing.includes(blob.hash)) {
          await announce(tx, {
            host: senderHost,
            hash: blob.hash,
            sizeBytes: blob.size,
            until: ctx.now + announcedForMs,
          });
        }
      }
      const detail = `${missing.length === 1 ? "One file" : `${missing.length} files`} of this message must be uploaded first.`;
      return refused(ctx, message, recipients, problem("blobsMissing", detail, { missing }));
    }
  }
  const told: RecipientVerdict[] = [];
  const times: number[] = [];
  for (const recipient of recipients) {
    const outcome = await acceptFor(
      ctx,
      tx,
      recipient,
      incoming,
      blobs.map((blob) => blob.hash),
    );
    if ("deliveredAt" in outcome) times.push(outcome.deliveredAt);
    told.push({ id: recipient.id, host: recipient.host, ...toldOf(outcome) });
  }
  const latest = times.length === 0 ? undefined : Math.max(...times);
  if (latest === undefined) return refusedAs(ctx, message, told);
  return {
    id: message.id,
    status: 200,
    deliveredAt: formatTime(latest),
    incarnation: ctx.incarnation,
    recipients: told,
  };
}

type Outcome =
  | { status: "delivered" | "held"; deliveredAt: number }
  | { status: "refused"; problem: Problem };

async function acceptFor(
  ctx: AcceptContext,
  tx: Tx,
  recipient: Address,
  incoming: Incoming,
  blobs: readonly string[],
): Promise<Outcome> {
  const name = accountName(recipient.id);
  const account = await findAccountByName(tx, name);
  if (account === undefined || account.suspendedAt !== undefined) {
    return refusal(
      "recipientUnknown",
      `${ctx.host} has no user “${name}”. Check the spelling, then send again.`,
    );
  }
  return acceptInto(ctx, tx, account, incoming, blobs);
}

async function acceptInto(
  ctx: AcceptContext,
  tx: Tx,
  account: Account,
  incoming: Incoming,
  blobs: readonly string[],
): Promise<Outcome> {
  const { message, digest } = incoming;
  const sender = formatAddress(senderOf(message));
  const receipt = { digest, status: "delivered", deliveredAt: ctx.now } as const;
  if (!(await insertReceipt(tx, account.id, message.id, sender, receipt))) {
    return answerAgain(tx, account, incoming, sender);
  }
  const objectId = await addMessage(tx, {
    accountId: account.id,
    role: "inbox",
    message,
    bytes: incoming.bytes,
    receivedAt: ctx.now,
    keywords: [],
    blobs,
  });
  if (objectId !== undefined) return { status: "delivered", deliveredAt: ctx.now };
  await deleteReceipt(tx, account.id, message.id, sender);
  return refusal("mailboxFull", `The mailbox of ${account.name}@${ctx.host} is full.`);
}

async function answerAgain(tx: Tx, account: Account, incoming: Incoming, sender: string): Promise<Outcome> {
  const known = await findReceipt(tx, account.id, incoming.message.id, sender);
  if (known !== undefined && Buffer.from(known.digest).equals(incoming.digest)) {
    return { status: known.status, deliveredAt: known.deliveredAt };
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

/** Nobody got it, for one reason. */
function refused(
  ctx: AcceptContext,
  message: Message,
  recipients: readonly Address[],
  reason: Problem,
): Verdict {
  const told = recipients.map(({ id, host }) => ({ id, host, status: "refused" as const, problem: reason }));
  return refusedAs(ctx, message, told);
}

/** Nobody got it: the verdict carries the gravest reason, one that may pass before one that will not. */
function refusedAs(ctx: AcceptContext, message: Message, told: RecipientVerdict[]): Verdict {
  const problems = told.flatMap((one) => (one.problem === undefined ? [] : [one.problem]));
  const reason =
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

/** Which message of a conversation goes before which: so that one a server keeps back is missed. */
import {
  conversationOf,
  type Follows,
  formatAddress,
  formatTime,
  type Message,
  type MessageMeta,
  ProblemError,
  recipientsOf,
  senderOf,
  type Wire,
} from "@posthorn/protocol";
import { dateOfId } from "./date-of-id.ts";
import { hexOf } from "./hash-file.ts";
import { eachMessage, listThread, readMessageBytes } from "./mail.ts";
import { bytesOnWire } from "./open.ts";
import { sendStatus } from "./send.ts";
import type { Session } from "./session.ts";

/** Of a conversation, no more than this is looked through for the message before. */
const lookedThrough = 200;
const dayMs = 24 * 3_600_000;

/**
 * The newest message that the account has sent in this conversation to all recipients of `message`, and has not taken
 * back; undefined for one that begins a conversation.
 */
export async function findFollows(session: Session, message: Message): Promise<Follows | undefined> {
  const conversation = conversationOf(message);
  if (conversation === message.id) return undefined;
  const sender = formatAddress(senderOf(message));
  for (const meta of await listThread(session, conversation, { limit: lookedThrough })) {
    const { wire } = meta;
    if (wire === null || wire.thread !== conversation || wire.id === message.id) continue;
    if (formatAddress(wire.from) !== sender || !reachesAll(wire, message)) continue;
    if (!(await isTakenBack(session, wire))) return { id: wire.id, digest: await digestOf(session, meta) };
  }
  return undefined;
}

/** True when nobody has got it or ever will. What was sent long ago is known no longer, and was not taken back then. */
async function isTakenBack(session: Session, { id }: Wire): Promise<boolean> {
  try {
    const { recipients } = await sendStatus(session, id);
    return recipients.every(({ status }) => status === "cancelled");
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "notFound") return false;
    throw error;
  }
}

/** SHA-256 of a message's bytes on the wire. */
async function digestOf(session: Session, meta: MessageMeta): Promise<string> {
  const hash = session.platform.sha256();
  hash.update(await bytesOnWire(session, await readMessageBytes(session, meta)));
  return hexOf(hash.digest());
}

function reachesAll({ to, cc }: Wire, message: Message): boolean {
  const reached = new Set([...to, ...cc].map(formatAddress));
  return recipientsOf(message).every((recipient) => reached.has(formatAddress(recipient)));
}

/**
 * True when the message before an opened one is not in the account, as far back as it could be: it was kept back on the
 * way, has not come yet, or was deleted here.
 */
export async function isMissing(session: Session, follows: Follows, sender: string): Promise<boolean> {
  const date = dateOfId(follows.id);
  const receivedAfter =
    date === undefined ? undefined : formatTime(Math.max(0, Date.parse(date) - 2 * dayMs));
  const named = { messageIds: [follows.id], receivedAfter, withText: true };
  for await (const meta of eachMessage(session, named)) {
    const isNamed = meta.wire?.id === follows.id && formatAddress(meta.wire.from) === sender;
    // What a list names can be anything: only the bytes show that it is the one.
    if (isNamed && (await isThis(session, meta, follows.digest))) return false;
  }
  return true;
}

async function isThis(session: Session, meta: MessageMeta, digest: string): Promise<boolean> {
  try {
    return (await digestOf(session, meta)) === digest;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "notOpened") return false;
    throw error;
  }
}

import type { BlobRef, Message, SealedAttachment } from "@posthorn/protocol";
import { conversationOf, formatAddress, parseTime, senderOf } from "@posthorn/protocol";
import { sumSizes } from "../blobs/access.ts";
import { describe } from "../kinds/describe.ts";
import { advanceState } from "../store/account-store.ts";
import { addBlobRefs } from "../store/blob-store.ts";
import { addToMailbox } from "../store/mailbox-store.ts";
import { insertObject } from "../store/object-store.ts";
import type { Tx } from "../store/sql.ts";
import { type Role, roles } from "./roles.ts";

export interface NewMessage {
  accountId: number;
  role: Role;
  message: Message;
  /** As received, never written anew; or, of what is sealed on arrival, what stands in their place (§100.12). */
  bytes: Uint8Array;
  isSealedOnArrival?: boolean;
  /** What its files were sealed to, where they were sealed as well: only these are told of. */
  sealedFiles?: readonly SealedAttachment[];
  receivedAt: number;
  keywords: readonly string[];
  /** What the object keeps alive. Their bytes count as the account's, also when others have the same blobs. */
  blobs: readonly BlobRef[];
  /** True for what the account must hear of also when it is full. It takes room like any other. */
  isBeyondQuota?: boolean;
}

/**
 * Puts a message into an account: object, bytes, mailbox and blob references, all in the caller's transaction. Its id
 * is the account's next state, and so the change by which it is seen. The object's id, or undefined when the account has
 * no room; nothing was written then.
 */
export async function addMessage(tx: Tx, input: NewMessage): Promise<number | undefined> {
  const { accountId, message, blobs } = input;
  const size = sizeWithBlobs(input);
  const state = await advanceState(tx, accountId, size, input.isBeyondQuota === true ? 0 : size);
  if (state === undefined) return undefined;
  const isSealed = input.isSealedOnArrival === true ? true : undefined;
  const description = describe(message, isSealed, input.sealedFiles);
  const object = {
    accountId,
    id: state,
    kind: description.kind,
    type: description.type,
    messageId: message.id,
    sender: formatAddress(senderOf(message)),
    conversation: conversationOf(message),
    subject: description.subject,
    preview: description.preview,
    sentAt: parseTime(message.date),
    receivedAt: input.receivedAt,
    sizeBytes: input.bytes.length,
    changedState: state,
    keywords: input.keywords,
    summary: description.summary,
  };
  const isUnread = !input.keywords.includes("$seen");
  const hashes = blobs.map(({ hash }) => hash);
  await Promise.all([
    insertObject(tx, object, input.bytes),
    addToMailbox(tx, accountId, roles[input.role].id, state, isUnread, state),
    addBlobRefs(tx, accountId, state, hashes),
  ]);
  return state;
}

/** What a message takes of its account's room. */
export function sizeWithBlobs(message: Pick<NewMessage, "bytes" | "blobs">): number {
  return message.bytes.length + sumSizes(message.blobs);
}

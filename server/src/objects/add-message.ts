import type { Address, Message, SealedAttachment } from "@posthorn/protocol";
import { conversationOf, formatAddress, parseTime, senderOf } from "@posthorn/protocol";
import { describe } from "../kinds/describe.ts";
import type { Tx } from "../store/sql.ts";
import { type NewObject, putObject } from "./put-object.ts";
import { roles } from "./roles.ts";

export interface NewMessage
  extends Pick<NewObject, "accountId" | "mailboxes" | "keywords" | "receivedAt" | "blobs" | "isBeyondQuota"> {
  message: Message;
  /** As received, never written anew; or, of what is sealed on arrival, what stands in their place (§100.12). */
  bytes: Uint8Array;
  isSealedOnArrival?: boolean;
  /** What its files were sealed to, where they were sealed as well: only these are told of. */
  sealedFiles?: readonly SealedAttachment[];
  /** Its client has brought it in: nobody has sent it here. */
  isImported?: boolean;
  /** Of what the account itself has sent: to whom else it went, unseen by those it names. */
  bcc?: readonly Address[];
}

/** Where a message lies that its owner is to see first. */
export const inInbox: readonly number[] = [roles.inbox.id];

/** Puts a message of the wire into an account, as `putObject` does. */
export function addMessage(tx: Tx, input: NewMessage): Promise<number | undefined> {
  return putObject(tx, describeMessage(input));
}

/** A message as the object that it becomes. */
export function describeMessage(input: NewMessage): NewObject {
  const { message, isSealedOnArrival, sealedFiles, isImported, bcc, ...rest } = input;
  const isSealed = isSealedOnArrival === true ? true : undefined;
  return {
    ...rest,
    ...describe(message, isSealed, sealedFiles, bcc, isImported),
    messageId: message.id,
    sender: formatAddress(senderOf(message)),
    conversation: conversationOf(message),
    sentAt: parseTime(message.date),
    format: "posthorn",
  };
}

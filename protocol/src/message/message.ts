import { Type } from "typebox";
import { type Shape, shape } from "../shape.ts";
import {
  type CalendarCancel,
  PlainCalendarCancelSchema,
  SealedCalendarCancelSchema,
} from "./calendar-cancel.ts";
import {
  type CalendarInvite,
  PlainCalendarInviteSchema,
  SealedCalendarInviteSchema,
} from "./calendar-invite.ts";
import { type CalendarReply, PlainCalendarReplySchema, SealedCalendarReplySchema } from "./calendar-reply.ts";
import { type ChatMessage, PlainChatMessageSchema, SealedChatMessageSchema } from "./chat-message.ts";
import { type Edit, PlainEditSchema, SealedEditSchema } from "./edit.ts";
import { type Email, PlainEmailSchema, SealedEmailSchema } from "./email.ts";
import { type FileTransfer, PlainFileTransferSchema, SealedFileTransferSchema } from "./file-transfer.ts";
import { PlainReactionSchema, type Reaction, SealedReactionSchema } from "./reaction.ts";
import { type Recall, RecallSchema } from "./recall.ts";
import { type Receipt, ReceiptSchema } from "./receipt.ts";
import type { Seal } from "./seal.ts";
import {
  PlainUnknownMessageSchema,
  SealedUnknownMessageSchema,
  type UnknownMessage,
} from "./unknown-message.ts";

/** The types of version 1. */
export interface MessageByType {
  email: Email;
  chat_message: ChatMessage;
  calendar_invite: CalendarInvite;
  calendar_reply: CalendarReply;
  calendar_cancel: CalendarCancel;
  file_transfer: FileTransfer;
  reaction: Reaction;
  edit: Edit;
  recall: Recall;
  receipt: Receipt;
}

export type MessageType = keyof MessageByType;
export type KnownMessage = MessageByType[MessageType];
export type Message = KnownMessage | UnknownMessage;

interface Forms {
  readonly plain: { parse: Shape<typeof AnyMessageSchema>["parse"] };
  /** Absent for a type that has no content to seal. */
  readonly sealed?: { parse: Shape<typeof AnyMessageSchema>["parse"] };
}

/** Any message of any type and form; for documents. Checking goes by type and form, which is cheaper and says more. */
export const AnyMessageSchema = Type.Union([
  PlainEmailSchema,
  SealedEmailSchema,
  PlainChatMessageSchema,
  SealedChatMessageSchema,
  PlainCalendarInviteSchema,
  SealedCalendarInviteSchema,
  PlainCalendarReplySchema,
  SealedCalendarReplySchema,
  PlainCalendarCancelSchema,
  SealedCalendarCancelSchema,
  PlainFileTransferSchema,
  SealedFileTransferSchema,
  PlainReactionSchema,
  SealedReactionSchema,
  PlainEditSchema,
  SealedEditSchema,
  RecallSchema,
  ReceiptSchema,
  PlainUnknownMessageSchema,
  SealedUnknownMessageSchema,
]);

/** The checkers of each type, so that a message is held against one schema and not against all. */
export const messageForms: Readonly<Record<MessageType, Forms>> = {
  email: { plain: shape(PlainEmailSchema), sealed: shape(SealedEmailSchema) },
  chat_message: { plain: shape(PlainChatMessageSchema), sealed: shape(SealedChatMessageSchema) },
  calendar_invite: { plain: shape(PlainCalendarInviteSchema), sealed: shape(SealedCalendarInviteSchema) },
  calendar_reply: { plain: shape(PlainCalendarReplySchema), sealed: shape(SealedCalendarReplySchema) },
  calendar_cancel: { plain: shape(PlainCalendarCancelSchema), sealed: shape(SealedCalendarCancelSchema) },
  file_transfer: { plain: shape(PlainFileTransferSchema), sealed: shape(SealedFileTransferSchema) },
  reaction: { plain: shape(PlainReactionSchema), sealed: shape(SealedReactionSchema) },
  edit: { plain: shape(PlainEditSchema), sealed: shape(SealedEditSchema) },
  recall: { plain: shape(RecallSchema) },
  receipt: { plain: shape(ReceiptSchema) },
};

export const unknownForms: Forms = {
  plain: shape(PlainUnknownMessageSchema),
  sealed: shape(SealedUnknownMessageSchema),
};

/** The names of the types of version 1, as discovery lists them. */
export const messageTypes: readonly string[] = Object.keys(messageForms);

export function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(messageForms, type);
}

/** The type of a message; one that names none is an email. */
export function typeOf(message: Message): string {
  return message.type ?? "email";
}

/** Narrows a message to a type of this version. */
export function isType<T extends MessageType>(message: Message, type: T): message is MessageByType[T] {
  return typeOf(message) === type;
}

/** The seal of a sealed message, undefined for one in the open. */
export function sealOf(message: Message): Seal | undefined {
  return "seal" in message ? message.seal : undefined;
}

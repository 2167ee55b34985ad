import type {
  PlainCalendarCancel,
  PlainCalendarInvite,
  PlainCalendarReply,
  PlainChatMessage,
  PlainEdit,
  PlainEmail,
  PlainFileTransfer,
  PlainReaction,
} from "@posthorn/protocol";

/** What every draft may say besides its content. Addresses are texts, `bob@example.com`. */
export interface DraftRouting {
  /** Who sends it; of calendar invitations and cancellations the organizer. */
  from: string;
  to?: readonly string[] | undefined;
  cc?: readonly string[] | undefined;
  /** The id of the message this one answers, and the conversation both belong to; `replyTo` makes them. */
  inReplyTo?: string | undefined;
  thread?: string | undefined;
  /** UUIDv7; made when not given. */
  id?: string | undefined;
  /** RFC 3339 in UTC; when not given, that of the id, or now. */
  date?: string | undefined;
}

type RoutingField =
  | "id"
  | "type"
  | "from"
  | "to"
  | "cc"
  | "date"
  | "inReplyTo"
  | "thread"
  | "organizer"
  | "target";

/** The fields of a type that are its content, as the wire has them. */
type ContentOf<Plain> = { [Field in keyof Plain as Exclude<Field, RoutingField>]: Plain[Field] };

/** The message that a reaction or receipt is about: its author and the id the author gave it. */
export interface DraftTarget {
  id: string;
  from: string;
}

/** Simple input for a message of each type of version 1; one that names no type is an email. */
export type Draft =
  | (DraftRouting & { type?: "email" } & ContentOf<PlainEmail>)
  | (DraftRouting & { type: "chat_message" } & ContentOf<PlainChatMessage>)
  | (DraftRouting & { type: "calendar_invite" } & ContentOf<PlainCalendarInvite>)
  /** Goes to the organizer when `to` is not given. */
  | (DraftRouting & { type: "calendar_reply"; organizer: string } & ContentOf<PlainCalendarReply>)
  | (DraftRouting & { type: "calendar_cancel" } & ContentOf<PlainCalendarCancel>)
  | (DraftRouting & { type: "file_transfer" } & ContentOf<PlainFileTransfer>)
  | (DraftRouting & { type: "reaction"; target: DraftTarget } & ContentOf<PlainReaction>)
  | (DraftRouting & { type: "edit"; target: string } & ContentOf<PlainEdit>)
  | (DraftRouting & { type: "recall"; target: string })
  /** Goes to the author of the target when `to` is not given. */
  | (DraftRouting & { type: "receipt"; target: DraftTarget; event: string });

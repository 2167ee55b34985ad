import { type Static, Type } from "typebox";
import { AddressSchema, AddressTextSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { attachments } from "../message/attachment.ts";
import { TypeNameSchema } from "../message/type-name.ts";
import { whole } from "../number.ts";
import { manyLines, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { UuidSchema } from "../uuid.ts";
import { list, ObjectIdSchema, QueryNumberSchema, StateSchema } from "./id.ts";

export const MailboxRoleSchema = Type.Enum(["inbox", "sent", "drafts", "archive", "junk", "trash"]);
const count = whole(limits.count);
const orNull = <const Schema extends Parameters<typeof Type.Array>[0]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** A place where messages lie. `role` is null for one the account's owner has made (RFC 8621 §2). */
export const PlainMailboxSchema = Type.Object({
  id: ObjectIdSchema,
  name: oneLine(limits.mailboxName, 1),
  role: orNull(MailboxRoleSchema),
  total: count,
  unread: count,
});

export type PlainMailbox = Static<typeof PlainMailboxSchema>;

export const MailboxListSchema = Type.Object({ mailboxes: list(PlainMailboxSchema), state: StateSchema });

export type MailboxList = Static<typeof MailboxListSchema>;

/** The owner's marks on a message, `$seen` and `$flagged` among them (RFC 8621 §4.1.1). True sets, false removes. */
export const KeywordsSchema = Type.Record(Type.String({ pattern: "^[!-~]{1,100}$" }), Type.Boolean(), {
  maxProperties: limits.keywords,
  additionalProperties: false,
});

/**
 * What the server knows of a stored message beside its bytes. `id` is the object's, `messageId` the one its author
 * gave. `subject` and `preview` are null when the message is sealed or has none; `thread` is its conversation.
 */
export const PlainMetaSchema = Type.Object({
  id: ObjectIdSchema,
  messageId: UuidSchema,
  type: TypeNameSchema,
  from: AddressSchema,
  to: Type.Array(AddressSchema, { maxItems: limits.recipients }),
  cc: Type.Array(AddressSchema, { maxItems: limits.recipients }),
  subject: orNull(oneLine(limits.subject)),
  preview: orNull(manyLines(limits.preview)),
  date: TimeSchema,
  deliveredAt: TimeSchema,
  /** Of what is kept, which is more than the message had when it was sealed on arrival. */
  size: whole(limits.arrivalBytes),
  keywords: KeywordsSchema,
  mailboxes: list(ObjectIdSchema),
  attachments,
  thread: UuidSchema,
  inReplyTo: orNull(UuidSchema),
  sealed: Type.Boolean(),
});

export type PlainMeta = Static<typeof PlainMetaSchema>;

/** Newest first. `next` is the `after` of the next page, absent on the last. */
export const MessagePageSchema = Type.Object({
  messages: list(PlainMetaSchema, limits.pageItems),
  next: Type.Optional(ObjectIdSchema),
  state: StateSchema,
});

export type MessagePage = Static<typeof MessagePageSchema>;

export const MessageQuerySchema = Type.Object(
  {
    mailbox: Type.Optional(ObjectIdSchema),
    limit: Type.Optional(QueryNumberSchema),
    after: Type.Optional(ObjectIdSchema),
  },
  { additionalProperties: false },
);

export type MessageQuery = Static<typeof MessageQuerySchema>;

/** Marks to set or remove, and the mailbox to move to. */
export const MessagePatchSchema = Type.Object(
  { keywords: Type.Optional(KeywordsSchema), mailbox: Type.Optional(ObjectIdSchema) },
  { additionalProperties: false },
);

export type MessagePatch = Static<typeof MessagePatchSchema>;

export const ChangesQuerySchema = Type.Object(
  { since: Type.Optional(StateSchema) },
  { additionalProperties: false },
);

/** Which messages were created, updated and destroyed since a state (RFC 8620 §5.2). Ask again while there are more. */
export const ChangesSchema = Type.Object({
  oldState: StateSchema,
  newState: StateSchema,
  hasMoreChanges: Type.Boolean(),
  created: list(ObjectIdSchema),
  updated: list(ObjectIdSchema),
  destroyed: list(ObjectIdSchema),
});

export type Changes = Static<typeof ChangesSchema>;

/** The account of the caller. `identities` are the addresses it may send as. */
export const AccountSchema = Type.Object({
  id: ObjectIdSchema,
  address: AddressTextSchema,
  identities: list(AddressTextSchema),
  createdAt: TimeSchema,
  quotaBytes: count,
  usedBytes: count,
  state: StateSchema,
});

export type Account = Static<typeof AccountSchema>;

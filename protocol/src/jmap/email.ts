import { type Static, type TSchema, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { list, StateSchema } from "../api/id.ts";
import { limits } from "../limits.ts";
import { attachments } from "../message/attachment.ts";
import { TypeNameSchema } from "../message/type-name.ts";
import { whole } from "../number.ts";
import { TimeSchema } from "../time.ts";
import { ReferenceSchema, UuidSchema } from "../uuid.ts";
import { IdSchema, idTable } from "./id.ts";
import { SetErrorsSchema } from "./set-error.ts";

/** In bytes: a mail that was imported may be all header. */
const longest = 72_000_000;
const mostIds = 5_000;

const orNull = <const Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const ids = list(IdSchema, mostIds);
const text = Type.String({ maxLength: longest });

/** The owner's marks on a message, `$seen` and `$flagged` among them (RFC 8621 §4.1.1). */
const KeywordsSchema = Type.Record(Type.String({ pattern: "^[!-~]{1,100}$" }), Type.Literal(true), {
  maxProperties: limits.keywords,
  additionalProperties: false,
});

/** People as mail names them (RFC 8621 §4.1.2.3); null where the mail has no such field. */
const PeopleSchema = orNull(list(Type.Object({ name: orNull(text), email: text }), longest));

/** What the server sees of a Posthorn message (§85.12). `id` is the one its author gave, `thread` its conversation. */
export const WireSchema = Type.Object({
  id: UuidSchema,
  type: TypeNameSchema,
  from: AddressSchema,
  to: Type.Array(AddressSchema, { maxItems: limits.recipients }),
  cc: Type.Array(AddressSchema, { maxItems: limits.recipients }),
  date: TimeSchema,
  thread: ReferenceSchema,
  inReplyTo: orNull(ReferenceSchema),
  target: orNull(UuidSchema),
  /** By its sender, or on arrival. */
  sealed: Type.Boolean(),
  attachments,
  /** Of what is kept, which is more than the message had when it was sealed on arrival. */
  size: whole(limits.arrivalBytes),
});

export type Wire = Static<typeof WireSchema>;

/**
 * A message as lists show it: the properties of Email (RFC 8621 §4.1) that need no bytes, and ours. `wire` is null for
 * standard mail that was imported or drafted by a mail program. `subject` and `preview` tell nothing of what is sealed.
 */
export const MessageMetaSchema = Type.Object({
  id: IdSchema,
  blobId: IdSchema,
  threadId: IdSchema,
  mailboxIds: idTable(Type.Literal(true)),
  keywords: KeywordsSchema,
  size: whole(limits.count),
  receivedAt: TimeSchema,
  sentAt: orNull(Type.String({ maxLength: 100 })),
  from: PeopleSchema,
  to: PeopleSchema,
  cc: PeopleSchema,
  subject: orNull(text),
  preview: text,
  hasAttachment: Type.Boolean(),
  /** When it comes back by itself. */
  snoozedUntil: orNull(TimeSchema),
  wire: orNull(WireSchema),
  /** A Posthorn message byte for byte as it is kept; there when it was asked for. */
  wireText: Type.Optional(orNull(Type.String({ maxLength: limits.arrivalBytes }))),
});

export type MessageMeta = Static<typeof MessageMetaSchema>;

/** What lists ask for of each message. */
export const listedProperties: readonly string[] = Object.keys(MessageMetaSchema.properties).filter(
  (name) => name !== "wireText",
);

/** Answer of Email/get (RFC 8621 §4.2), as far as lists ask for it. */
export const EmailsSchema = Type.Object({ state: StateSchema, list: list(MessageMetaSchema) });

/** The same when nothing but the bytes was asked for. */
export const WireTextsSchema = Type.Object({
  list: list(Type.Object({ id: IdSchema, wireText: MessageMetaSchema.properties.wireText })),
});

/** Answer of Email/query (RFC 8621 §4.4), and of whatever gives ids alone. */
export const EmailIdsSchema = Type.Object({ ids });

/** Answer of Email/changes (RFC 8621 §4.3). */
export const EmailChangesSchema = Type.Object({
  oldState: StateSchema,
  newState: StateSchema,
  hasMoreChanges: Type.Boolean(),
  created: ids,
  updated: ids,
  destroyed: ids,
});

export type EmailChanges = Static<typeof EmailChangesSchema>;

/** Answer of Email/set (RFC 8621 §4.6), as far as it says what was refused. */
export const EmailsSetSchema = Type.Object({ notUpdated: SetErrorsSchema, notDestroyed: SetErrorsSchema });

/** Answer of Thread/get (RFC 8621 §3.1). */
export const ThreadsSchema = Type.Object({
  list: list(Type.Object({ id: IdSchema, emailIds: list(IdSchema, longest) })),
});

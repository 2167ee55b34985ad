/** What a person does with their mail, as it waits to be told to the server. */
import { shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { rowTable } from "../local/table.ts";

const Id = Type.String({ minLength: 1, maxLength: 255 });
const Ids = Type.Array(Id);
const nullableId = Type.Union([Id, Type.Null()]);

/** Each does no harm when it is done again, for nobody knows whether it was when an answer is lost. */
const EmailChangeSchema = Type.Union([
  /** Those that are true are set, those that are false taken away. */
  Type.Object({ kind: Type.Literal("keywords"), set: Type.Record(Type.String(), Type.Boolean()) }),
  Type.Object({ kind: Type.Literal("mailboxes"), add: Ids, remove: Ids }),
  /** Out of all others. */
  Type.Object({ kind: Type.Literal("moveTo"), mailboxId: Id }),
  /** Away until then, into the mailbox for what is; with null back at once, which the server knows where to. */
  Type.Object({
    kind: Type.Literal("snooze"),
    until: Type.Union([Type.String(), Type.Null()]),
    mailboxId: Id,
    back: Ids,
  }),
  Type.Object({ kind: Type.Literal("destroy") }),
]);

const MailboxChangeSchema = Type.Union([
  Type.Object({
    kind: Type.Literal("create"),
    name: Type.String(),
    parentId: nullableId,
    /** Of one that comes back. */
    sortOrder: Type.Optional(Type.Number()),
    isSubscribed: Type.Optional(Type.Boolean()),
  }),
  Type.Object({
    kind: Type.Literal("update"),
    name: Type.Optional(Type.String()),
    parentId: Type.Optional(nullableId),
    sortOrder: Type.Optional(Type.Number()),
  }),
  Type.Object({ kind: Type.Literal("destroy") }),
]);

const MessageChangeSchema = Type.Union([
  /** What is sent lies among the letters under the message's id. */
  Type.Object({
    kind: Type.Literal("send"),
    sendAt: Type.Optional(Type.String()),
    undoS: Type.Optional(Type.Number()),
  }),
  Type.Object({ kind: Type.Literal("takeBack") }),
]);

const RecordChangeSchema = Type.Union([
  /** What is to be written lies among the edits under the object's id (own-edits.ts). */
  Type.Object({ kind: Type.Literal("put") }),
  /** With `after` not before that message has been sent, and not at all when it cannot be. */
  Type.Object({ kind: Type.Literal("remove"), after: Type.Optional(Id) }),
]);

const ChangeSchema = Type.Union([
  Type.Object({ on: Type.Literal("emails"), ids: Ids, change: EmailChangeSchema }),
  /** One that is created has an id made here until the server gives it another. */
  Type.Object({ on: Type.Literal("mailbox"), id: Id, change: MailboxChangeSchema }),
  Type.Object({ on: Type.Literal("message"), id: Id, change: MessageChangeSchema }),
  /** A draft or the settings; the id names it among what is written here. */
  Type.Object({ on: Type.Literal("record"), id: Id, change: RecordChangeSchema }),
]);

export type EmailChange = Static<typeof EmailChangeSchema>;
export type MailboxChange = Static<typeof MailboxChangeSchema>;
export type MessageChange = Static<typeof MessageChangeSchema>;
export type Change = Static<typeof ChangeSchema>;

export const changeShape = shape(ChangeSchema);

const ActionSchema = Type.Object({
  /** Counts up and never comes again. */
  number: Type.Number(),
  doneAtMs: Type.Number(),
  /** How often the server may have been told already. */
  tries: Type.Number(),
  /** Of a letter: why it could not go the last time, for people. */
  trouble: Type.Optional(Type.String()),
  /** The code of that, of the table of errors. */
  troubleCode: Type.Optional(Type.String()),
  /** The recipient of whom their host gave no word. */
  troubleWith: Type.Optional(Type.String()),
  /** When it is tried again by itself, if no program that begins meanwhile does so sooner. */
  againAtMs: Type.Optional(Type.Number()),
  change: ChangeSchema,
});

/** A change that waits to be told to the server. */
export type Action = Static<typeof ActionSchema>;

const actionShape = shape(ActionSchema);

/** Ordered as they were done. Nobody else has them, so another version of the program goes on with them. */
export const actions = rowTable({
  name: "actions",
  isKept: true,
  keyOf: ({ number }: Action) => keyOfNumber(number),
  matches: actionShape.matches,
  indexes: {
    byObject: { keysOf: ({ number, change }: Action) => objectsOf(change).map((id) => [id, number]) },
  },
});

/** Numbers as keys, ordered alike. */
export function keyOfNumber(number: number): string {
  return String(number).padStart(12, "0");
}

/** Each once. */
function objectsOf(change: Change): string[] {
  return change.on === "emails" ? [...new Set(change.ids)] : [change.id];
}

/** A mailbox (RFC 8621 §2). */
import { shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { rowTable } from "../local/table.ts";

const nullableText = Type.Union([Type.String(), Type.Null()]);

const MailboxSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255 }),
  name: Type.String(),
  parentId: nullableText,
  role: nullableText,
  sortOrder: Type.Number(),
  totalEmails: Type.Number(),
  unreadEmails: Type.Number(),
  totalThreads: Type.Number(),
  unreadThreads: Type.Number(),
  isSubscribed: Type.Boolean(),
  /** Ours (§85): what it is for, where JMAP has no role for it. */
  system: nullableText,
});

export type MailMailbox = Static<typeof MailboxSchema>;

export const mailboxShape = shape(MailboxSchema);

export const mailboxProperties: readonly string[] = Object.keys(MailboxSchema.properties);

function isMailbox(value: unknown): value is MailMailbox {
  return typeof value === "object" && value !== null && "parentId" in value;
}

/** With what was done here and the server does not know yet. */
export const mailboxes = rowTable({
  name: "mailboxes",
  keyOf: ({ id }: MailMailbox) => id,
  matches: isMailbox,
  indexes: {},
});

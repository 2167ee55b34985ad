import { type Static, Type } from "typebox";
import { list, StateSchema } from "../api/id.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { oneLine } from "../text.ts";
import { IdSchema } from "./id.ts";

const mostMailboxes = 1_000;
const count = whole(limits.count);
const word = Type.Union([Type.String({ maxLength: 255 }), Type.Null()]);

/** A place where messages lie (RFC 8621 §2). `role` and `system` are null for one that the account's owner has made. */
export const MailboxSchema = Type.Object({
  id: IdSchema,
  name: oneLine(limits.mailboxName, 1),
  parentId: Type.Union([IdSchema, Type.Null()]),
  role: word,
  sortOrder: count,
  totalEmails: count,
  unreadEmails: count,
  totalThreads: count,
  unreadThreads: count,
  isSubscribed: Type.Boolean(),
  /** Ours (§85.10): what it is for, where JMAP has no role for it. */
  system: word,
});

export type Mailbox = Static<typeof MailboxSchema>;

/** What is asked for of each. */
export const mailboxProperties: readonly string[] = Object.keys(MailboxSchema.properties);

/** Answer of Mailbox/get (RFC 8621 §2.1). */
export const MailboxesSchema = Type.Object({ state: StateSchema, list: list(MailboxSchema, mostMailboxes) });

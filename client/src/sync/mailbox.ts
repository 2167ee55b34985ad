import { type Mailbox, MailboxSchema, shape } from "@posthorn/protocol";
import { rowTable } from "../local/table.ts";

export const mailboxShape = shape(MailboxSchema);

function isMailbox(value: unknown): value is Mailbox {
  return typeof value === "object" && value !== null && "parentId" in value;
}

/** With what was done here and the server does not know yet. */
export const mailboxes = rowTable({
  name: "mailboxes",
  keyOf: ({ id }: Mailbox) => id,
  matches: isMailbox,
  indexes: {},
});

import { type Mailbox, MailboxSchema, shape } from "@posthorn/protocol";
import { type RowTable, rowTable } from "../local/table.ts";

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

/** A mailbox without its counts: here they are what the server has counted, and `countMailboxes` gives what is seen. */
export type MailboxRow = Omit<Mailbox, "totalEmails" | "unreadEmails" | "totalThreads" | "unreadThreads">;

/** As others read it. */
export const mailboxRows: RowTable<MailboxRow> = mailboxes;

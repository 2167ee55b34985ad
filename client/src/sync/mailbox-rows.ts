/** Mailboxes as others read them here. */
import type { Mailbox } from "@posthorn/protocol";
import type { RowTable } from "../local/table.ts";
import { mailboxes } from "./mailbox.ts";

/** A mailbox without its counts: here they are what the server has counted, and `countMailboxes` gives what is seen. */
export type MailboxRow = Omit<Mailbox, "totalEmails" | "unreadEmails" | "totalThreads" | "unreadThreads">;

/** As others read it. */
export const mailboxRows: RowTable<MailboxRow> = mailboxes;

import { capabilities } from "@posthorn/protocol";
import { formatId } from "../../objects/ids.ts";
import { standardRole, systemRole } from "../../objects/mailboxes.ts";
import type { Mailbox } from "../../store/mailbox-store.ts";
import type { JmapCaller, MethodCall } from "./method.ts";

/** Properties of a Mailbox (RFC 8621 §2). */
export const mailboxProperties = [
  "id",
  "name",
  "parentId",
  "role",
  "sortOrder",
  "totalEmails",
  "unreadEmails",
  "totalThreads",
  "unreadThreads",
  "myRights",
  "isSubscribed",
] as const;

/** Those that change without anybody writing to the Mailbox. */
export const countProperties = ["totalEmails", "unreadEmails", "totalThreads", "unreadThreads"] as const;

/** What else a Mailbox has for clients that use our capability (§85). */
export function ourMailboxProperties({ using }: MethodCall): readonly string[] {
  return using.has(capabilities.posthorn) ? ["system"] : [];
}

/** A mailbox as a client sees it, with all that it could ask for. */
export function mailboxView(mailbox: Mailbox, caller: JmapCaller) {
  return {
    id: formatId("mailbox", mailbox.id),
    name: mailbox.name,
    parentId: mailbox.parentId === undefined ? null : formatId("mailbox", mailbox.parentId),
    role: standardRole(mailbox),
    sortOrder: mailbox.sortOrder,
    totalEmails: mailbox.total,
    unreadEmails: mailbox.unread,
    totalThreads: mailbox.totalThreads,
    unreadThreads: mailbox.unreadThreads,
    myRights: rightsIn(mailbox, caller),
    isSubscribed: mailbox.isSubscribed,
    system: systemRole(mailbox),
  };
}

/** What the caller may do (RFC 8621 §2, MailboxRights): as much as its credential lets it, but for what every account has. */
function rightsIn(mailbox: Mailbox, { scopes }: JmapCaller) {
  const mayWrite = scopes.has("draft");
  const isOwn = mailbox.role === undefined;
  return {
    mayReadItems: scopes.has("read"),
    mayAddItems: mayWrite,
    mayRemoveItems: mayWrite,
    maySetSeen: mayWrite,
    maySetKeywords: mayWrite,
    mayCreateChild: mayWrite,
    mayRename: mayWrite && isOwn,
    mayDelete: mayWrite && isOwn,
    maySubmit: scopes.has("send"),
  };
}

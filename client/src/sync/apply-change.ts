/** What a change makes of an object here, before the server has said anything: the same that the server will. */

import type { Mailbox, MessageMeta } from "@posthorn/protocol";
import type { EmailChange, MailboxChange } from "./change.ts";

/** Undefined for what is gone; what is gone stays so. */
export function applyToEmail<Row extends MessageMeta>(
  change: EmailChange,
  email: Row | undefined,
): Row | undefined {
  if (email === undefined) return undefined;
  switch (change.kind) {
    case "keywords":
      return { ...email, keywords: withNames(email.keywords, change.set) };
    case "mailboxes": {
      const [added, removed] = [change.add.map(named(true)), change.remove.map(named(false))];
      return inMailboxes(email, withNames(email.mailboxIds, Object.fromEntries([...added, ...removed])));
    }
    case "moveTo":
      return inMailboxes(email, { [change.mailboxId]: true });
    case "snooze":
      return snoozed(email, change);
    case "destroy":
      return undefined;
  }
}

function named(isThere: boolean): (name: string) => [string, boolean] {
  return (name) => [name, isThere];
}

function withNames(
  names: Record<string, true>,
  set: Readonly<Record<string, boolean>>,
): Record<string, true> {
  const changed = Object.entries(set);
  const left = Object.entries(names).filter(([name]) => set[name] !== false);
  return Object.fromEntries([
    ...left,
    ...changed.filter(([, isThere]) => isThere).map(([name]) => [name, true] as const),
  ]);
}

/** A server leaves no message without a mailbox, and refuses what would. */
function inMailboxes<Row extends MessageMeta>(email: Row, mailboxIds: Record<string, true>): Row {
  return Object.keys(mailboxIds).length === 0 ? email : { ...email, mailboxIds };
}

function snoozed<Row extends MessageMeta>(
  email: Row,
  { until, mailboxId, back }: Extract<EmailChange, { kind: "snooze" }>,
): Row {
  if (until !== null) return { ...email, mailboxIds: { [mailboxId]: true }, snoozedUntil: until };
  if (email.snoozedUntil === null) return email;
  return {
    ...inMailboxes(email, Object.fromEntries(back.map((id) => [id, true] as const))),
    snoozedUntil: null,
  };
}

/** `id` is the mailbox's, for one that is created. */
export function applyToMailbox(
  id: string,
  change: MailboxChange,
  mailbox: Mailbox | undefined,
): Mailbox | undefined {
  switch (change.kind) {
    case "create":
      return mailbox ?? newMailbox(id, change);
    case "update": {
      const { kind: _, ...fields } = change;
      return mailbox && { ...mailbox, ...fields };
    }
    case "destroy":
      return undefined;
  }
}

function newMailbox(
  id: string,
  { name, parentId, sortOrder = 0, isSubscribed = true }: Extract<MailboxChange, { kind: "create" }>,
): Mailbox {
  return {
    id,
    name,
    parentId,
    role: null,
    sortOrder,
    totalEmails: 0,
    unreadEmails: 0,
    totalThreads: 0,
    unreadThreads: 0,
    isSubscribed,
    system: null,
  };
}

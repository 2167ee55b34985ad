/** What takes a change back: the change from how it is after it to how it was before. */

import type { Mailbox, MessageMeta } from "@posthorn/protocol";
import type { EmailChange, MailboxChange } from "./change.ts";

/**
 * Undefined when nothing was changed, or nothing brings it back. `awayId` is the mailbox of what is away: only who lies in
 * it is, for when it comes back is told of who has come back too.
 */
export function invertEmailChange(
  change: EmailChange,
  before: MessageMeta,
  after: MessageMeta | undefined,
  awayId: string | undefined,
): EmailChange | undefined {
  if (after === undefined) return undefined;
  switch (change.kind) {
    case "keywords":
      return invertKeywords(before, after);
    case "mailboxes":
    case "moveTo":
    case "snooze": {
      const { snoozedUntil, mailboxIds } = before;
      if (awayId === undefined || snoozedUntil === null || mailboxIds[awayId] !== true)
        return invertMailboxes(before, after);
      return { kind: "snooze", until: snoozedUntil, mailboxId: awayId, back: [] };
    }
    case "destroy":
      return undefined;
  }
}

function invertKeywords(before: MessageMeta, after: MessageMeta): EmailChange | undefined {
  const names = Object.keys({ ...before.keywords, ...after.keywords });
  const changed = names.filter((name) => before.keywords[name] !== after.keywords[name]);
  if (changed.length === 0) return undefined;
  return {
    kind: "keywords",
    set: Object.fromEntries(changed.map((name) => [name, before.keywords[name] === true])),
  };
}

function invertMailboxes(before: MessageMeta, after: MessageMeta): EmailChange | undefined {
  const [add, remove] = [missingIn(after, before), missingIn(before, after)];
  return add.length + remove.length === 0 ? undefined : { kind: "mailboxes", add, remove };
}

/** The mailboxes that the one is in and the other not. */
function missingIn(other: MessageMeta, one: MessageMeta): string[] {
  return Object.keys(one.mailboxIds).filter((id) => other.mailboxIds[id] !== true);
}

/** As `invertEmailChange`. One that was destroyed comes back with another id, so whoever can says so. */
export function invertMailboxChange(
  change: MailboxChange,
  before: Mailbox | undefined,
): MailboxChange | undefined {
  switch (change.kind) {
    case "create":
      return { kind: "destroy" };
    case "update": {
      if (before === undefined) return undefined;
      const { name, parentId, sortOrder } = before;
      return {
        kind: "update",
        ...(change.name === undefined ? {} : { name }),
        ...(change.parentId === undefined ? {} : { parentId }),
        ...(change.sortOrder === undefined ? {} : { sortOrder }),
      };
    }
    case "destroy": {
      if (before === undefined) return undefined;
      const { name, parentId, sortOrder, isSubscribed } = before;
      return { kind: "create", name, parentId, sortOrder, isSubscribed };
    }
  }
}

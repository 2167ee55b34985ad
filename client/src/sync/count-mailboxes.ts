/** How many messages are in each mailbox, as far as is known here. */
import type { Mailbox, MessageMeta } from "@posthorn/protocol";
import type { LocalStore } from "../local/local-store.ts";
import { emails } from "./email.ts";
import { emailLayers } from "./layers.ts";
import { mailboxes } from "./mailbox.ts";

type Counts = Pick<Mailbox, "totalEmails" | "unreadEmails">;

/**
 * The mailboxes as they are seen here: `totalEmails` and `unreadEmails` are what the server has counted, with what was done
 * here and is not told yet. Of threads it is what the server has counted. They change with `mailboxes` and `emails`.
 */
export function countMailboxes(store: LocalStore): Promise<Mailbox[]> {
  return store.read([mailboxes, emails, emailLayers.bases], async (reader) => {
    const changes = new Map<string, Counts>();
    const bases = await reader.list(emailLayers.bases);
    const seen = await reader.getMany(
      emails,
      bases.map(({ id }) => id),
    );
    bases.forEach(({ row }, at) => {
      addTo(changes, row ?? undefined, -1);
      addTo(changes, seen[at], 1);
    });
    return (await reader.list(mailboxes)).map((mailbox) => {
      const { totalEmails, unreadEmails } = changes.get(mailbox.id) ?? { totalEmails: 0, unreadEmails: 0 };
      return {
        ...mailbox,
        totalEmails: Math.max(0, mailbox.totalEmails + totalEmails),
        unreadEmails: Math.max(0, mailbox.unreadEmails + unreadEmails),
      };
    });
  });
}

/** Unread is what was neither seen nor is a draft (RFC 8621 §2). */
function addTo(changes: Map<string, Counts>, email: MessageMeta | undefined, sign: 1 | -1): void {
  if (email === undefined) return;
  const isUnread = email.keywords.$seen !== true && email.keywords.$draft !== true;
  for (const id of Object.keys(email.mailboxIds)) {
    const { totalEmails, unreadEmails } = changes.get(id) ?? { totalEmails: 0, unreadEmails: 0 };
    changes.set(id, { totalEmails: totalEmails + sign, unreadEmails: unreadEmails + (isUnread ? sign : 0) });
  }
}

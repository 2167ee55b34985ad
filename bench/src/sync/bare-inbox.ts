import { performance } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";

/** The least that opening an inbox can be: one statement for the fifty newest, and their rows as JSON. */
export interface BareInbox {
  /** Milliseconds it took. */
  open(accountId: number): number;
  close(): void;
}

export function openBareInbox(database: string): BareInbox {
  const connection = new DatabaseSync(database, { readOnly: true });
  const newest = connection.prepare(`
    SELECT object.id, object.conversation, object.sender, object.subject, object.preview, object.sent_at,
      object.received_at, object.size_bytes, object.keywords, object.mailboxes, object.summary
    FROM object_mailbox
    JOIN object ON object.account_id = object_mailbox.account_id AND object.id = object_mailbox.object_id
    WHERE object_mailbox.account_id = ? AND object_mailbox.mailbox_id = 1
    ORDER BY object_mailbox.received_at DESC, object_mailbox.object_id DESC LIMIT 50`);
  return {
    open(accountId) {
      const startedAtMs = performance.now();
      const text = JSON.stringify(newest.all(accountId));
      const tookMs = performance.now() - startedAtMs;
      if (!text.includes('"preview"')) throw new Error("the inbox is empty");
      return tookMs;
    },
    close: () => connection.close(),
  };
}

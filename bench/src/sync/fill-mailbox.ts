import { type Store, sql } from "@posthorn/server";

export interface MailboxFill {
  accountId: number;
  messages: number;
}

const inbox = 1;
const atOnce = 20_000;
/** On average. They mix, so that a page of the newest has messages of many threads. */
const messagesPerThread = 2.5;
const firstAt = 1_700_000_000_000;
const everyMs = 60_000;

/**
 * Fills an empty inbox straight in the tables, two thirds of it read: a million by the road that mail takes would last
 * longer than all that is measured. It is what that road would have left, but that there are no bytes to be opened.
 */
export async function fillMailbox(store: Store, { accountId, messages }: MailboxFill): Promise<void> {
  const threads = Math.ceil(messages / messagesPerThread);
  for (let first = 1; first <= messages; first += atOnce)
    await addMessages(store, accountId, { first, last: Math.min(messages, first + atOnce - 1), threads });
  await store.write(async (tx) => {
    await tx.run(sql`
      INSERT INTO thread_mailbox (account_id, mailbox_id, conversation, total, unread)
      SELECT account_id, ${inbox}, conversation, count(*), sum(keywords = '[]') FROM object
      WHERE account_id = ${accountId} GROUP BY account_id, conversation`);
    await tx.run(sql`
      UPDATE mailbox SET changed_state = ${messages}, (total, unread, total_threads, unread_threads) = (
        SELECT sum(total), sum(unread), count(*), sum(unread > 0) FROM thread_mailbox
        WHERE account_id = ${accountId} AND mailbox_id = ${inbox})
      WHERE account_id = ${accountId} AND id = ${inbox}`);
    await tx.run(sql`UPDATE account SET state = ${messages} WHERE id = ${accountId}`);
  });
}

async function addMessages(
  store: Store,
  accountId: number,
  { first, last, threads }: { first: number; last: number; threads: number },
): Promise<void> {
  await store.write(async (tx) => {
    await tx.run(sql`
      WITH RECURSIVE counted (n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM counted WHERE n < ${last})
      INSERT INTO object (account_id, id, kind, type, message_id, sender, conversation, subject, preview, sent_at,
        received_at, size_bytes, changed_state, keywords, mailboxes, format, summary, bytes_id)
      SELECT ${accountId}, n, 'mail', 'email', printf('0192f0c1-7b3a-7000-8000-%012x', n),
        printf('writer-%d@elsewhere.example', n % 997), printf('0192f0c1-7b3a-7000-9000-%012x', n * 7919 % ${threads}),
        printf('Letter %d of those that lie here', n),
        printf('What letter %d begins with, as far as a list shows it: so many words that they fill a line or two of it.', n),
        ${firstAt} + n * ${everyMs}, ${firstAt} + n * ${everyMs}, 4096, n,
        CASE WHEN n % 3 = 0 THEN '[]' ELSE '["$seen"]' END, ${`[${inbox}]`}, 'posthorn', ${summary}, 0
      FROM counted`);
    await tx.run(sql`
      INSERT INTO object_mailbox (account_id, mailbox_id, received_at, object_id)
      SELECT account_id, ${inbox}, received_at, id FROM object
      WHERE account_id = ${accountId} AND id >= ${first} AND id <= ${last}`);
  });
}

const summary = JSON.stringify({
  to: [{ id: "reader", host: "here.example" }],
  cc: [],
  attachments: [],
  inReplyTo: null,
  thread: null,
  target: null,
  sealed: false,
});

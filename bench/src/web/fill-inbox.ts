/** A mailbox as ten years leave it: letters that came by the road all mail takes, and then are made as old as they would be. */

import { formatTime, uuidV7 } from "@posthorn/protocol";
import { deliverLocal, type Server, sql } from "@posthorn/server";
import { seededRandom } from "@posthorn/testnet";
import type { Letters } from "../search/letters.ts";

const atOnce = 400;
/** On average. */
const messagesPerThread = 2.5;
const everyThirdIsUnread = 3;

/** Puts the letters into the inbox of `name`, an account whose mail its server reads, as a peer would. Answers in how many threads they are. */
export async function fillInbox(
  server: Server,
  name: string,
  letters: Letters,
): Promise<{ threads: number }> {
  const random = seededRandom(1);
  const threads = Array.from({ length: Math.ceil(letters.count / messagesPerThread) }, () => newId());
  const used = new Set<string>();
  for (let first = 1; first <= letters.count; first += atOnce) {
    const places = Array.from({ length: Math.min(atOnce, letters.count + 1 - first) }, (_, at) => first + at);
    const messages = places.map((place) => {
      const { texts } = letters.at(place);
      const [, fromName = "", sender = "somebody"] = /^(.*) <([^@]+)@/.exec(texts.from ?? "") ?? [];
      const id = newId();
      const thread = threads[random.int(threads.length)] ?? id;
      used.add(thread);
      const message = {
        id,
        type: "email",
        from: { id: sender, host: server.host },
        fromName,
        to: [{ id: name, host: server.host }],
        thread,
        date: formatTime(Date.now()),
        subject: texts.subject,
        body: texts.body,
      };
      const bytes = new TextEncoder().encode(JSON.stringify(message));
      return { messageId: id, accountId: 0, bytes, recipients: [{ deliveryId: place, id: name }] };
    });
    const { results } = await deliverLocal(server.receive, messages);
    for (const place of places) {
      const result = results.get(place);
      if (result?.state !== "delivered") throw new Error(`a letter was not taken: ${JSON.stringify(result)}`);
    }
  }
  await makeOld(server, name, letters);
  return { threads: used.size };

  function newId(): string {
    return uuidV7(Date.now(), random.bytes(16));
  }
}

/** They all came just now; in lists they stand by the days they would have come on. Two thirds are read. */
async function makeOld({ store }: Server, name: string, { count, rowAt }: Letters): Promise<void> {
  const [first, last] = [rowAt(1).receivedAt, rowAt(count).receivedAt];
  const [base, step] = [first, Math.floor((last - first) / Math.max(1, count - 1))];
  await store.write(async (tx) => {
    const account = await tx.get(sql`SELECT id FROM account WHERE name = ${name}`);
    const id = Number(account?.id);
    const lowest = await tx.get(sql`SELECT min(id) AS least FROM object WHERE account_id = ${id}`);
    const least = Number(lowest?.least);
    await tx.run(sql`
      UPDATE object SET received_at = ${base} + (id - ${least}) * ${step},
        keywords = CASE WHEN id % ${everyThirdIsUnread} = 0 THEN '[]' ELSE '["$seen"]' END
      WHERE account_id = ${id}`);
    await tx.run(sql`
      UPDATE object_mailbox SET received_at = ${base} + (object_id - ${least}) * ${step} WHERE account_id = ${id}`);
    await tx.run(sql`
      UPDATE thread_mailbox SET unread = (
        SELECT sum(keywords = '[]') FROM object
        WHERE object.account_id = thread_mailbox.account_id AND object.conversation = thread_mailbox.conversation)
      WHERE account_id = ${id}`);
    await tx.run(sql`
      UPDATE mailbox SET (unread, unread_threads) = (
        SELECT sum(unread), sum(unread > 0) FROM thread_mailbox
        WHERE thread_mailbox.account_id = mailbox.account_id AND thread_mailbox.mailbox_id = mailbox.id)
      WHERE account_id = ${id} AND total > 0`);
  });
}

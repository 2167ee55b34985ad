import { eachMessage, type Session } from "@posthorn/client";
import { formatAddress, limits, type Message, type MessageMeta } from "@posthorn/protocol";
import { referenceOf, titleOf } from "./message-words.ts";

/** What a message is mostly about was written not long before it. */
const mostLookedAt = 1_000;

/**
 * What the messages that these are about may be called, by the one that is about it. They are looked for among the newest
 * of the account; those that are not found, or have no title, are left out.
 */
export async function findTitles(
  session: Session,
  messages: readonly Message[],
): Promise<ReadonlyMap<Message, string>> {
  const wanted = new Map<string, Message[]>();
  for (const message of messages) {
    const reference = referenceOf(message);
    for (const id of reference?.ids ?? []) {
      const key = `${id} ${reference?.author}`;
      wanted.set(key, [...(wanted.get(key) ?? []), message]);
    }
  }
  const titles = new Map<Message, string>();
  if (wanted.size === 0) return titles;
  const left = new Set(messages.filter((message) => referenceOf(message) !== undefined));
  let lookedAt = 0;
  for await (const meta of eachMessage(session, { limit: limits.pageItems })) {
    for (const message of wanted.get(keyOf(meta)) ?? []) {
      const title = titleOf(meta);
      if (title !== undefined) titles.set(message, title);
      left.delete(message);
    }
    if (left.size === 0 || ++lookedAt === mostLookedAt) break;
  }
  return titles;
}

function keyOf({ messageId, from }: MessageMeta): string {
  return `${messageId} ${formatAddress(from)}`;
}

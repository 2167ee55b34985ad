import { eachMessage, type Session } from "@posthorn/client";
import { formatAddress, limits, type Message, type MessageMeta } from "@posthorn/protocol";
import type { News } from "./contact-news.ts";
import { referenceOf, titleOf } from "./message-words.ts";
import { openListed } from "./open-listed.ts";

/** What a message is mostly about was written not long before it. */
const mostLookedAt = 1_000;

/** By the message that is about what has the title. */
export type Titles = ReadonlyMap<Message, string>;

/**
 * What the messages that these are about may be called. They are looked for among the newest of the account; those that
 * are not found, cannot be opened, or have no title, are left out. News go into `found`.
 */
export async function findTitles(
  session: Session,
  messages: readonly Message[],
  found: News[],
): Promise<Titles> {
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
    const about = wanted.get(keyOf(meta));
    if (about !== undefined) {
      const title = await readTitle(session, meta, found);
      for (const message of about) {
        if (title !== undefined) titles.set(message, title);
        left.delete(message);
      }
    }
    if (left.size === 0 || ++lookedAt === mostLookedAt) break;
  }
  return titles;
}

/** The title of what lies there, if that is what the list says. */
async function readTitle(session: Session, meta: MessageMeta, found: News[]): Promise<string | undefined> {
  const [listed] = await openListed(session, [meta], { told: false, found });
  if (listed === undefined || listed.kind === "notOpened") return undefined;
  return keyOf(listed.meta) === keyOf(meta) ? titleOf(listed.meta) : undefined;
}

function keyOf({ messageId, from }: MessageMeta): string {
  return `${messageId} ${formatAddress(from)}`;
}

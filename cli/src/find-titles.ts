import { dateOfId, eachMessage, type Session } from "@posthorn/client";
import {
  formatAddress,
  formatTime,
  type Message,
  type MessageMeta,
  shape,
  UuidSchema,
} from "@posthorn/protocol";
import type { News } from "./contact-news.ts";
import { referenceOf, titleOf } from "./message-words.ts";
import { openListed } from "./open-listed.ts";

const uuid = shape(UuidSchema);
/** Ids that a server looks for at once. */
const idsAtOnce = 100;
const dayMs = 24 * 3_600_000;

/** By the message that is about what has the title. */
export type Titles = ReadonlyMap<Message, string>;

/**
 * What the messages that these are about may be called. Those that are not found in the account, cannot be opened, or have
 * no title, are left out. News go into `found`.
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
  const ids = [...new Set(messages.flatMap((message) => referenceOf(message)?.ids ?? []))].filter(
    uuid.matches,
  );
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const messageIds = ids.slice(at, at + idsAtOnce);
    const receivedAfter = shortlyBefore(messageIds);
    for await (const meta of eachMessage(session, { messageIds, receivedAfter, withText: true })) {
      const about = (wanted.get(keyOf(meta)) ?? []).filter((message) => !titles.has(message));
      const title = about.length === 0 ? undefined : await readTitle(session, meta, found);
      for (const message of about) if (title !== undefined) titles.set(message, title);
    }
  }
  return titles;
}

/** Before the first of these can have come: what is older need not be looked at. */
function shortlyBefore(messageIds: readonly string[]): string | undefined {
  const dates = messageIds.map(dateOfId);
  const [first] = dates.filter((date) => date !== undefined).sort();
  if (first === undefined || dates.includes(undefined)) return undefined;
  return formatTime(Math.max(0, Date.parse(first) - 2 * dayMs));
}

/** The title of what lies there, if that is what the list says. */
async function readTitle(session: Session, meta: MessageMeta, found: News[]): Promise<string | undefined> {
  const [listed] = await openListed(session, [meta], { told: false, found });
  if (listed === undefined || listed.kind === "notOpened") return undefined;
  return keyOf(listed.meta) === keyOf(meta) ? titleOf(listed.meta) : undefined;
}

function keyOf({ wire }: MessageMeta): string {
  return wire === null ? "" : `${wire.id} ${formatAddress(wire.from)}`;
}

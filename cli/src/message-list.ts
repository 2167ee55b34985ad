/** A list of messages, for people and for programs: opened where they are sealed, and only as they say it inside. */
import { eachMessage, type ListOptions, type Session } from "@posthorn/client";
import type { MessageMeta } from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import type { News } from "./contact-news.ts";
import { findTitles, type Titles } from "./find-titles.ts";
import { isTold, listWords } from "./message-words.ts";
import { type Listed, openListed } from "./open-listed.ts";
import type { Shell } from "./shell.ts";
import { orTell } from "./tell-news.ts";
import { localTime } from "./times.ts";
import { isSealed, listWarnings } from "./trust.ts";
import { withAddress } from "./with-address.ts";

export interface MessageList {
  /** For programs, one each. */
  values: object[];
  /** For people, one each. */
  rows: string[][];
}

/** So many are in memory with their texts. */
const atOnce = 50;

/**
 * Lists messages, `most` of them, newest first. News of contacts' keys go into `found`; when this fails, the person is
 * told of them first.
 */
export async function readList(
  shell: Shell,
  session: Session,
  which: Pick<ListOptions, "mailbox" | "words">,
  { most, found }: { most: number; found: News[] },
): Promise<MessageList> {
  const isSealedAccount = (await session.keys.find()) !== undefined;
  const withText = isSealedAccount || shell.options().json !== true;
  const all = eachMessage(session, { ...which, withText, limit: Math.min(most, atOnce) });
  return openList(shell, session, firstOf(all, most), found);
}

/** The same of messages that are known already. */
export async function openList(
  shell: Shell,
  session: Session,
  metas: AsyncIterable<MessageMeta> | Iterable<MessageMeta>,
  found: News[],
): Promise<MessageList> {
  const isJson = shell.options().json === true;
  return orTell(shell, session, found, async () => {
    const listed: Listed[] = [];
    for await (const some of inBatches(metas)) {
      listed.push(...(await openListed(session, some, { told: !isJson, found })));
    }
    return listOf(session, listed, isJson ? undefined : await titlesOf(session, listed, found));
  });
}

/** The same of messages that were opened already. Asks no server. */
export function listOf(session: Session, listed: readonly Listed[], titles?: Titles): MessageList {
  return { values: listed.map(forPrograms), rows: listed.map((one) => rowOf(session, one, titles)) };
}

async function* firstOf<Item>(all: AsyncIterable<Item>, most: number): AsyncGenerator<Item, void> {
  let count = 0;
  for await (const one of all) {
    yield one;
    if (++count === most) return;
  }
}

async function* inBatches<Item>(
  all: AsyncIterable<Item> | Iterable<Item>,
): AsyncGenerator<readonly Item[], void> {
  let batch: Item[] = [];
  for await (const one of all) {
    batch.push(one);
    if (batch.length < atOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** What the list has of each message; of one that was opened, what was verified of it. */
function forPrograms(listed: Listed): object {
  if (listed.kind === "plain") return listed.meta;
  if (listed.kind === "notOpened") return { ...listed.meta, sealed: null, trust: "notOpened" };
  const { meta, trust, news } = listed;
  const sealed = isSealed(trust);
  const wire = { ...meta.wire, sealed };
  return { ...meta, wire, sealed, trust, ...(news.length === 0 ? {} : { news }) };
}

/** Mark, id, time, the other side, and what it is about with the number of its files. */
function rowOf(session: Session, listed: Listed, titles: Titles | undefined): string[] {
  const { meta } = listed;
  const isUnread = meta.keywords.$seen !== true;
  return [
    isUnread ? "*" : " ",
    meta.id,
    localTime(meta.receivedAt),
    otherSide(session, meta),
    `${wordsOf(listed, titles)}${filesOf(meta)}`,
  ];
}

function filesOf({ wire, hasAttachment }: MessageMeta): string {
  const count = wire?.attachments.length ?? 0;
  if (count > 0) return `  +${count}`;
  return wire === null && hasAttachment ? "  +" : "";
}

function otherSide(session: Session, { from, to, cc }: MessageMeta): string {
  const { name = null, email: sender = "(nobody)" } = from?.[0] ?? {};
  if (sender !== session.address) return withAddress(name, sender);
  const [first, ...others] = [...(to ?? []), ...(cc ?? [])].map(({ email }) => cleanLine(email));
  if (first === undefined) return sender;
  return others.length === 0 ? `to ${first}` : `to ${first} and ${others.length} more`;
}

function titlesOf(session: Session, listed: readonly Listed[], found: News[]): Promise<Titles> {
  const told = listed.flatMap((one) => {
    const message = one.kind === "notOpened" || !isTold(one.meta) ? undefined : one.message;
    return message === undefined ? [] : [message];
  });
  return findTitles(session, told, found);
}

/** What the message says or does. */
function wordsOf(listed: Listed, titles: Titles | undefined): string {
  if (listed.kind === "notOpened") return listed.words;
  const { meta, message } = listed;
  const told = isTold(meta) ? message : undefined;
  const words = listWords(meta, told, told && titles?.get(told));
  const warning = listed.kind === "opened" ? listWarnings[listed.trust] : undefined;
  return warning === undefined ? words : `${warning} ${words}`;
}

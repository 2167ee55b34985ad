import { eachMessage, getMailbox, type Session } from "@posthorn/client";
import { formatAddress, limits, type MessageMeta } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { eachOnce, type News, newsLines } from "../contact-news.ts";
import { withHints } from "../explain.ts";
import { findTitles, type Titles } from "../find-titles.ts";
import { isTold, listWords } from "../message-words.ts";
import { type Listed, openListed } from "../open-listed.ts";
import { openSession } from "../open-session.ts";
import { readCount } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { markAllTold, orTell } from "../tell-news.ts";
import { localTime } from "../times.ts";
import { isSealed, listWarnings } from "../trust.ts";

interface InboxOptions {
  mailbox: string;
  limit: string;
  all?: boolean;
}

export function inbox(command: Command, shell: Shell): void {
  command
    .description(
      "Lists messages, newest first; sealed ones are opened here. A * stands before those you have not read, a warning in brackets before those whose sender is in doubt.",
    )
    .option("--mailbox <name>", "inbox, sent, drafts, archive, junk, trash, or one of your own", "inbox")
    .option("--limit <number>", "so many messages", "20")
    .option("--all", "all messages of the mailbox")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox --mailbox NAME") }),
        (options: InboxOptions) => run(shell, options),
      ),
    );
}

async function run(shell: Shell, { mailbox: name, limit, all = false }: InboxOptions): Promise<void> {
  const most = all ? Number.POSITIVE_INFINITY : readCount(limit, "--limit");
  const isJson = shell.options().json === true;
  const session = await openSession(shell);
  const mailbox = await getMailbox(session, name);
  const page = Math.min(most, limits.pageItems);
  const messages: MessageMeta[] = [];
  for await (const meta of eachMessage(session, { mailbox: mailbox.id, limit: page })) {
    messages.push(meta);
    if (messages.length === most) break;
  }
  const found: News[] = [];
  const { listed, titles } = await orTell(shell, session, found, async () => {
    const listed = await openListed(session, messages, { told: !isJson, found });
    return { listed, titles: isJson ? undefined : await titlesOf(session, listed, found) };
  });
  const news = eachOnce(found);
  answer(shell, listed.map(forPrograms), () => {
    const { total, unread } = mailbox;
    if (messages.length === 0) return `There is nothing in ${cleanLine(mailbox.name)}.`;
    const rest = total > messages.length ? ` ${messages.length} are shown; --all shows all.` : "";
    const next = (command: string) => nextCommand(shell, command);
    return [
      columns(
        listed.map((one) => rowOf(session, one, wordsOf(one, titles))),
        shell.terminal.width,
      ),
      "",
      `${total} in ${cleanLine(mailbox.name)}, ${unread} unread.${rest} To read one: ${next("read ID")}`,
      ...newsLines(news, next),
    ].join("\n");
  });
  await markAllTold(session, news);
}

/** What the list has of each message; of one that was opened, what was verified of it. */
function forPrograms(listed: Listed): object {
  if (listed.kind === "plain") return listed.meta;
  if (listed.kind === "notOpened") return { ...listed.meta, sealed: null, trust: "notOpened" };
  const { meta, trust, news } = listed;
  return { ...meta, sealed: isSealed(trust), trust, ...(news.length === 0 ? {} : { news }) };
}

/** Mark, id, time, the other side, and what it is about with the number of its files. */
function rowOf(session: Session, { meta }: Listed, words: string): string[] {
  const isUnread = meta.keywords.$seen !== true;
  const files = meta.attachments.length === 0 ? "" : `  +${meta.attachments.length}`;
  return [
    isUnread ? "*" : " ",
    meta.id,
    localTime(meta.deliveredAt),
    otherSide(session, meta),
    `${words}${files}`,
  ];
}

function otherSide(session: Session, { from, to, cc }: MessageMeta): string {
  const sender = formatAddress(from);
  if (sender !== session.address) return sender;
  const [first, ...others] = [...to, ...cc].map(formatAddress);
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

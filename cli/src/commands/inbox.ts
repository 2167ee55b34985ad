import { eachMessage, getMailbox, readMessage, type Session } from "@posthorn/client";
import { formatAddress, limits, type Message, type MessageMeta } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { withHints } from "../explain.ts";
import { findTitles } from "../find-titles.ts";
import { isTold, listWords } from "../message-words.ts";
import { openSession } from "../open-session.ts";
import { readCount } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { localTime } from "../times.ts";

const fetchedAtOnce = 8;

interface InboxOptions {
  mailbox: string;
  limit: string;
  all?: boolean;
}

export function inbox(command: Command, shell: Shell): void {
  command
    .description("Lists messages, newest first. A * stands before those you have not read.")
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
  const session = await openSession(shell);
  const mailbox = await getMailbox(session, name);
  const page = Math.min(most, limits.pageItems);
  const messages: MessageMeta[] = [];
  for await (const meta of eachMessage(session, { mailbox: mailbox.id, limit: page })) {
    messages.push(meta);
    if (messages.length === most) break;
  }
  const words = shell.options().json === true ? [] : await wordsOf(session, messages);
  answer(shell, messages, () => {
    const { total, unread } = mailbox;
    if (messages.length === 0) return `There is nothing in ${cleanLine(mailbox.name)}.`;
    const rest = total > messages.length ? ` ${messages.length} are shown; --all shows all.` : "";
    return [
      columns(
        messages.map((meta, index) => rowOf(session, meta, words[index] ?? "")),
        shell.terminal.width,
      ),
      "",
      `${total} in ${cleanLine(mailbox.name)}, ${unread} unread.${rest} To read one: ${nextCommand(shell, "read ID")}`,
    ].join("\n");
  });
}

/** Mark, id, time, the other side, and what it is about with the number of its files. */
function rowOf(session: Session, meta: MessageMeta, words: string): string[] {
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

/** What each message says or does; those that are told by themselves alone are fetched, a few at a time. */
async function wordsOf(session: Session, metas: readonly MessageMeta[]): Promise<string[]> {
  const messages = new Map<string, Message>();
  const told = metas.filter(isTold);
  for (let at = 0; at < told.length; at += fetchedAtOnce) {
    const some = told.slice(at, at + fetchedAtOnce).map(async ({ id }) => {
      messages.set(id, await readMessage(session, id));
    });
    await Promise.all(some);
  }
  const titles = await findTitles(session, [...messages.values()]);
  return metas.map((meta) => {
    const message = messages.get(meta.id);
    return listWords(meta, message, message && titles.get(message));
  });
}

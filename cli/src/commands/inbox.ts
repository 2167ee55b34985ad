import { chooseMailbox, listMailboxes } from "@posthorn/client";
import type { Mailbox } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { eachOnce, type News, newsLines } from "../contact-news.ts";
import { withHints } from "../explain.ts";
import { readList } from "../message-list.ts";
import { openSession } from "../open-session.ts";
import { readCount } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { markAllTold } from "../tell-news.ts";

interface InboxOptions {
  mailbox: string;
  limit: string;
  all?: boolean;
}

export function inbox(command: Command, shell: Shell): void {
  command
    .description(
      "Lists messages, newest first; sealed ones are opened here. A * stands before those you have not read, a warning in brackets before those whose sender is in doubt. Chat, and what is about another message, lies in “conversations”, and what strangers write first in “screener”.",
    )
    .option(
      "--mailbox <name>",
      "inbox, conversations, screener, sent, drafts, archive, junk, trash, or one of your own",
      "inbox",
    )
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
  const mailboxes = await listMailboxes(session);
  const mailbox = chooseMailbox(mailboxes, name);
  const found: News[] = [];
  const { values, rows } = await readList(shell, session, { mailbox: mailbox.id }, { most, found });
  const news = eachOnce(found);
  const next = (command: string) => nextCommand(shell, command);
  answer(shell, values, () => {
    const elsewhere = mailbox.role === "inbox" ? unreadElsewhere(mailboxes, next) : [];
    if (rows.length === 0)
      return [`There is nothing in ${cleanLine(mailbox.name)}.`, ...elsewhere].join("\n");
    return [
      columns(rows, shell.terminal.width),
      "",
      countWords(mailbox, rows.length, next),
      ...elsewhere,
      ...newsLines(news, next),
    ].join("\n");
  });
  await markAllTold(session, news);
}

function countWords(
  { name, totalEmails, unreadEmails }: Mailbox,
  shown: number,
  next: (command: string) => string,
): string {
  const rest = totalEmails > shown ? ` ${shown} are shown; --all shows all.` : "";
  return `${totalEmails} in ${cleanLine(name)}, ${unreadEmails} unread.${rest} To read one: ${next("read ID")}`;
}

/** Where mail comes besides the inbox, and what shows it. */
const comingElsewhere: ReadonlyMap<string, string> = new Map([
  ["conversations", "inbox --mailbox conversations"],
  ["screener", "screener"],
]);

/** A line for each place besides the inbox where something new is, and how to see it. */
function unreadElsewhere(mailboxes: readonly Mailbox[], next: (command: string) => string): string[] {
  return mailboxes.flatMap(({ name, system, unreadEmails }) => {
    const command = comingElsewhere.get(system ?? "");
    return command === undefined || unreadEmails === 0
      ? []
      : [`${unreadEmails} unread in ${cleanLine(name)}: ${next(command)}`];
  });
}

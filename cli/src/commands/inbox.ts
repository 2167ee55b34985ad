import { eachMessage, getMailbox, type Session } from "@posthorn/client";
import { formatAddress, limits, type MessageMeta } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { withHints } from "../explain.ts";
import { openSession } from "../open-session.ts";
import { readCount } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { localTime } from "../times.ts";

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
  answer(shell, messages, () => {
    const { total, unread } = mailbox;
    if (messages.length === 0) return `There is nothing in ${cleanLine(mailbox.name)}.`;
    const rest = total > messages.length ? ` ${messages.length} are shown; --all shows all.` : "";
    return [
      columns(
        messages.map((meta) => rowOf(session, meta)),
        shell.terminal.width,
      ),
      "",
      `${total} in ${cleanLine(mailbox.name)}, ${unread} unread.${rest} To read one: ${nextCommand(shell, "read ID")}`,
    ].join("\n");
  });
}

/** Mark, id, time, the other side, and what it is about with the number of its files. */
function rowOf(session: Session, meta: MessageMeta): string[] {
  const isUnread = meta.keywords.$seen !== true;
  const files = meta.attachments.length === 0 ? "" : `  +${meta.attachments.length}`;
  return [
    isUnread ? "*" : " ",
    meta.id,
    localTime(meta.deliveredAt),
    otherSide(session, meta),
    `${cleanLine(aboutOf(meta))}${files}`,
  ];
}

function otherSide(session: Session, { from, to, cc }: MessageMeta): string {
  const sender = formatAddress(from);
  if (sender !== session.address) return sender;
  const [first, ...others] = [...to, ...cc].map(formatAddress);
  if (first === undefined) return sender;
  return others.length === 0 ? `to ${first}` : `to ${first} and ${others.length} more`;
}

function aboutOf({ subject, preview, sealed, type }: MessageMeta): string {
  const kind = type === "email" ? "" : `[${type}] `;
  if (sealed) return `${kind}(sealed)`;
  return `${kind}${subject ?? preview ?? "(no subject)"}`;
}

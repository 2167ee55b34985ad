import { eachMessage, getMailbox } from "@posthorn/client";
import { accountOf, type MessageMeta } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { eachOnce, type News, newsLines } from "../contact-news.ts";
import { openList } from "../message-list.ts";
import { openSession } from "../open-session.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { markAllTold } from "../tell-news.ts";
import { localTime } from "../times.ts";

export function screener(command: Command, shell: Shell): void {
  command
    .description(
      "Who has written for the first time and waits for your yes or no: who waits longest first, with their first message, opened here where that can be done.",
    )
    .action(() => run(shell));
}

async function run(shell: Shell): Promise<void> {
  const session = await openSession(shell);
  const mailbox = await getMailbox(session, "screener");
  const waiting = new Map<string, MessageMeta[]>();
  for await (const meta of eachMessage(session, { mailbox: mailbox.id })) {
    const sender = senderOf(meta);
    waiting.set(sender, [meta, ...(waiting.get(sender) ?? [])]);
  }
  const senders = [...waiting]
    .flatMap(([address, [first, ...others]]) => (first === undefined ? [] : [{ address, first, others }]))
    .toSorted((one, other) => (one.first.receivedAt < other.first.receivedAt ? -1 : 1));
  const found: News[] = [];
  const firsts = senders.map(({ first }) => first);
  const { values, rows } = await openList(shell, session, firsts, found);
  const news = eachOnce(found);
  const next = (command: string) => nextCommand(shell, command);
  const list = senders.map(({ address, others }, at) => ({
    address,
    messages: 1 + others.length,
    first: values[at],
  }));
  answer(shell, list, () => {
    if (senders.length === 0) return "Nobody waits.";
    const lines = senders.map(({ address, first, others }, at) => [
      cleanLine(address),
      localTime(first.receivedAt),
      `${rows[at]?.at(-1) ?? ""}${others.length === 0 ? "" : `  and ${others.length} more`}`,
    ]);
    return [
      columns(lines, shell.terminal.width),
      "",
      `To let somebody in: ${next("accept ADDRESS")}; to turn somebody away: ${next("block ADDRESS")}`,
      ...newsLines(news, next),
    ].join("\n");
  });
  await markAllTold(session, news);
}

/** By what is decided: an address without its tag. */
function senderOf({ wire, from }: MessageMeta): string {
  return wire === null ? (from?.[0]?.email ?? "(nobody)") : accountOf(wire.from);
}

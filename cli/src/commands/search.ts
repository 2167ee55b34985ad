import { getMailbox } from "@posthorn/client";
import type { Command } from "commander";
import { columns } from "../columns.ts";
import { eachOnce, type News, newsLines } from "../contact-news.ts";
import { withHints } from "../explain.ts";
import { readList } from "../message-list.ts";
import { openSession } from "../open-session.ts";
import { readCount } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { markAllTold } from "../tell-news.ts";

interface SearchOptions {
  mailbox?: string;
  limit: string;
}

/** What is sealed says nothing to its server. */
const sealedWords =
  "Your server cannot read what is sealed, so it has looked at who wrote to whom and at no more.";

export function search(command: Command, shell: Shell): void {
  command
    .description(
      "Finds messages with all of these words in them, newest first. Your server looks for them, in what it can read: of an open account everything, of a sealed one who wrote to whom.",
    )
    .argument("<words...>", 'words, or a "phrase of some"; the last word may be begun only')
    .option("--mailbox <name>", "only there; without it everywhere")
    .option("--limit <number>", "so many messages", "20")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox --mailbox NAME") }),
        (words: string[], options: SearchOptions) => run(shell, words.join(" "), options),
      ),
    );
}

async function run(shell: Shell, words: string, { mailbox: name, limit }: SearchOptions): Promise<void> {
  const most = readCount(limit, "--limit");
  const session = await openSession(shell);
  const mailbox = name === undefined ? undefined : (await getMailbox(session, name)).id;
  const found: News[] = [];
  const { values, rows } = await readList(shell, session, { mailbox, words }, { most, found });
  const isSealed = (await session.keys.find()) !== undefined;
  const news = eachOnce(found);
  const next = (command: string) => nextCommand(shell, command);
  answer(shell, values, () => {
    const limits = isSealed ? [sealedWords] : [];
    if (rows.length === 0) return ["Nothing was found.", ...limits].join("\n");
    const rest = rows.length === most ? ` There may be more: --limit ${most * 2}` : "";
    return [
      columns(rows, shell.terminal.width),
      "",
      `${rows.length} found.${rest} To read one: ${next("read ID")}`,
      ...limits,
      ...newsLines(news, next),
    ].join("\n");
  });
  await markAllTold(session, news);
}

import { getMailbox } from "@posthorn/client";
import type { Command } from "commander";
import { columns } from "../columns.ts";
import { eachOnce, type News, newsLines } from "../contact-news.ts";
import { withHints } from "../explain.ts";
import { readList } from "../message-list.ts";
import { openSession } from "../open-session.ts";
import { readCount } from "../read-options.ts";
import { searchHere } from "../search-here.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { markAllTold } from "../tell-news.ts";

interface SearchOptions {
  mailbox?: string;
  limit: string;
}

/** Whoever calls with a program's token has no keys, and nothing is kept for them here. */
const serverWords =
  "Your server has looked for it, in what it can read: of a sealed account that is who wrote to whom and no more.";

export function search(command: Command, shell: Shell): void {
  command
    .description(
      "Finds messages with all of these words, newest first, on this machine: the first time it reads your mail for it, and goes on from there each time after. Also: wor*, '\"a phrase\"', -not, OR, from: to: subject: filename: in: is:unread is:starred is:sealed has:attachment type: larger:5M before:2026-03 after:7d.",
    )
    .argument("<query...>", "what to look for")
    .option("--mailbox <name>", "only there; without it everywhere")
    .option("--limit <number>", "so many messages", "20")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox --mailbox NAME") }),
        (words: string[], { mailbox, limit }: SearchOptions) => {
          const wanted = { query: words.join(" "), mailbox, most: readCount(limit, "--limit") };
          const { POSTHORN_TOKEN: token } = shell.environment;
          return token === undefined || token === "" ? searchHere(shell, wanted) : searchThere(shell, wanted);
        },
      ),
    );
}

/** By the server, which knows words and phrases and none of the operators. */
async function searchThere(
  shell: Shell,
  { query, mailbox: name, most }: { query: string; mailbox: string | undefined; most: number },
): Promise<void> {
  const session = await openSession(shell);
  const mailbox = name === undefined ? undefined : (await getMailbox(session, name)).id;
  const found: News[] = [];
  const { values, rows } = await readList(shell, session, { mailbox, words: query }, { most, found });
  const news = eachOnce(found);
  const next = (command: string) => nextCommand(shell, command);
  answer(shell, { searched: "server", messages: values }, () => {
    if (rows.length === 0) return `Nothing was found. ${serverWords}`;
    const rest = rows.length === most ? ` There may be more: --limit ${most * 2}` : "";
    return [
      columns(rows, shell.terminal.width),
      "",
      `${rows.length} found.${rest} To read one: ${next("read ID")}`,
      serverWords,
      ...newsLines(news, next),
    ].join("\n");
  });
  await markAllTold(session, news);
}

import { watchMail } from "@posthorn/client";
import { formatAddress, type MessageMeta } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { eachOnce, type News, newsLines } from "../contact-news.ts";
import { openList } from "../message-list.ts";
import { openSession } from "../open-session.ts";
import { readCount } from "../read-options.ts";
import { answer, nextCommand, remark, type Shell, say } from "../shell.ts";
import { markAllTold } from "../tell-news.ts";

export function watch(command: Command, shell: Shell): void {
  command
    .description(
      "Shows messages as they come, a line each, until Ctrl+C; sealed ones are opened here. What comes while your server cannot be reached is shown when it can be again.",
    )
    .option("--count <number>", "end after so many")
    .action(({ count }: { count?: string }) => run(shell, count));
}

async function run(shell: Shell, count: string | undefined): Promise<void> {
  let left = count === undefined ? Number.POSITIVE_INFINITY : readCount(count, "--count");
  const session = await openSession(shell);
  const ended = new AbortController();
  const isOwn = ({ wire }: MessageMeta) => wire !== null && formatAddress(wire.from) === session.address;
  remark(shell, `Watching the mail of ${session.address}; Ctrl+C ends it.`);
  await watchMail(session, {
    signal: ended.signal,
    withText: true,
    async onMessages(messages) {
      const come = messages.filter((meta) => !isOwn(meta)).slice(0, left);
      left -= come.length;
      const found: News[] = [];
      const { values, rows } = await openList(shell, session, come, found);
      for (const [at, value] of values.entries()) {
        answer(shell, value, () => columns(rows.slice(at, at + 1), shell.terminal.width));
      }
      const news = eachOnce(found);
      for (const line of newsLines(news, (next) => nextCommand(shell, next))) say(shell, line);
      await markAllTold(session, news);
      if (left === 0) ended.abort();
    },
    onTrouble(error, waitMs) {
      const why = error instanceof Error ? cleanLine(error.message) : String(error);
      remark(shell, `${why} It is tried again in ${Math.ceil(waitMs / 1_000)} s.`);
    },
  });
}

import { getMessage, markMessage, readMessage } from "@posthorn/client";
import { attachmentsOf } from "@posthorn/protocol";
import type { Command } from "commander";
import { withHints } from "../explain.ts";
import { findTitles } from "../find-titles.ts";
import { openSession } from "../open-session.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { showMessage } from "../show-message.ts";

export function read(command: Command, shell: Shell): void {
  command
    .description("Shows a message and marks it read.")
    .argument("<id>", "the number in “inbox”, or the message's own id")
    .option("--keep-unread", "leave it as unread as it was")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox") }),
        (id: string, options: { keepUnread?: boolean }) => run(shell, id, options.keepUnread === true),
      ),
    );
}

async function run(shell: Shell, id: string, keepUnread: boolean): Promise<void> {
  const session = await openSession(shell);
  const found = await getMessage(session, id);
  const message = await readMessage(session, found.id);
  const isRead = keepUnread || found.keywords.$seen === true;
  const meta = isRead ? found : await markMessage(session, found.id, { $seen: true });
  const titles = shell.options().json === true ? undefined : await findTitles(session, [message]);
  answer(shell, { meta, message }, () => {
    const save =
      attachmentsOf(message).length === 0 ? "" : `\nTo save them: ${nextCommand(shell, `save ${meta.id}`)}`;
    return `${showMessage(message, meta, titles?.get(message))}${save}`;
  });
}

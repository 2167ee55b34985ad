import { getMailbox, getMessage, moveMessage } from "@posthorn/client";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { withHints } from "../explain.ts";
import { openSession } from "../open-session.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";

export function move(command: Command, shell: Shell): void {
  command
    .description("Moves a message to another mailbox.")
    .argument("<id>", "its id in “inbox”, such as m12, or the message's own")
    .argument("<mailbox>", "inbox, archive, junk, trash, or one of your own")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox") }),
        async (id: string, name: string) => {
          const session = await openSession(shell);
          const mailbox = await getMailbox(session, name);
          const meta = await moveMessage(session, (await getMessage(session, id)).id, mailbox.id);
          answer(shell, meta, () => `Moved to ${cleanLine(mailbox.name)}.`);
        },
      ),
    );
}

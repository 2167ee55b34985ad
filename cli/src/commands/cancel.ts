import { cancelSend } from "@posthorn/client";
import type { Command } from "commander";
import { withHints } from "../explain.ts";
import { messageIdOf } from "../message-id.ts";
import { openSession } from "../open-session.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";

export function cancel(command: Command, shell: Shell): void {
  command
    .description("Takes back a message that is still held, by --send-at or --undo.")
    .argument("<id>", "the message's id")
    .action(
      withHints(
        () => ({
          notFound: nextCommand(shell, "inbox --mailbox sent"),
          notHeld: nextCommand(shell, "send --type recall --target ID"),
        }),
        async (id: string) => {
          const session = await openSession(shell);
          const outcome = await cancelSend(session, await messageIdOf(session, id));
          answer(shell, outcome, () => "Taken back: nobody gets it. It is still in your mailbox “Sent”.");
        },
      ),
    );
}

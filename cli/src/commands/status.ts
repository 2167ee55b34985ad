import { sendStatus } from "@posthorn/client";
import type { Command } from "commander";
import { withHints } from "../explain.ts";
import { messageIdOf } from "../message-id.ts";
import { openSession } from "../open-session.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { showRecipients } from "../show-recipients.ts";
import { localTimeAndDistance } from "../times.ts";
import { checkArrived, readWait, waitForDelivery } from "../wait-for-delivery.ts";

export function status(command: Command, shell: Shell): void {
  command
    .description(
      "Where each recipient's copy of a message you sent stands, with the reason and the next try.",
    )
    .argument("<id>", "the message's id")
    .option(
      "--wait [length]",
      "wait until everyone has it, as long as it takes or for 90s, 10m, 2h; fail when one will not get it",
    )
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox --mailbox sent") }),
        (id: string, options: { wait?: string | true }) => run(shell, id, options),
      ),
    );
}

async function run(shell: Shell, given: string, { wait }: { wait?: string | true }): Promise<void> {
  const timeoutMs = wait === undefined ? undefined : readWait(wait);
  const session = await openSession(shell);
  const id = await messageIdOf(session, given);
  const outcome =
    wait === undefined ? await sendStatus(session, id) : await waitForDelivery(shell, session, id, timeoutMs);
  answer(shell, outcome, () => {
    const now = Date.now();
    const held =
      outcome.sendAt === undefined ? "" : `Held until ${localTimeAndDistance(outcome.sendAt, now)}.\n`;
    return `${held}${showRecipients(outcome, now)}`;
  });
  if (wait !== undefined) checkArrived(shell, outcome, timeoutMs);
}

import { endSession, listSessions } from "@posthorn/client";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { withHints } from "../explain.ts";
import { openSession } from "../open-session.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { localTime } from "../times.ts";

export function sessions(command: Command, shell: Shell): void {
  command.description("Where you are signed in, and how to end it there.");
  command
    .command("list", { isDefault: true })
    .description("Where you are signed in.")
    .action(async () => {
      const found = await listSessions(await openSession(shell));
      answer(shell, found, () => {
        const rows = found.map(({ id, device, lastSeenAt, current }) => [
          id,
          localTime(lastSeenAt),
          `${cleanLine(device ?? "(no name)")}${current ? " (this one)" : ""}`,
        ]);
        return `${columns([["Id", "Last seen", "Device"], ...rows])}\n\nTo end one: ${nextCommand(shell, "sessions end ID")}`;
      });
    });
  command
    .command("end")
    .description("Signs out elsewhere, at once.")
    .argument("<id>", "as the list shows it")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "sessions") }),
        async (id: string) => {
          await endSession(await openSession(shell), id);
          answer(shell, { ended: id }, () => `Ended ${cleanLine(id)}.`);
        },
      ),
    );
}

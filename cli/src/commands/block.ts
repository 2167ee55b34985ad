import type { Command } from "commander";
import { decideSenders } from "../decide-senders.ts";
import { withHints } from "../explain.ts";
import { nextCommand, type Shell } from "../shell.ts";

export function block(command: Command, shell: Shell): void {
  command
    .description(
      "Puts what somebody writes into Junk, marked as read, and what waited of them too. They are not told of it.",
    )
    .argument("<address...>", "addresses, or '*@host' for all of a host")
    .option("--undo", "take back what was said of them")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "screener") }),
        (addresses: string[], { undo = false }: { undo?: boolean }) =>
          decideSenders(shell, addresses, undo ? "undecided" : "blocked"),
      ),
    );
}

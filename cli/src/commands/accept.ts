import type { Command } from "commander";
import { decideSenders } from "../decide-senders.ts";
import { withHints } from "../explain.ts";
import { nextCommand, type Shell } from "../shell.ts";

export function accept(command: Command, shell: Shell): void {
  command
    .description(
      "Takes mail of somebody from now on, and puts what waited in the Screener where it would have come. They are not told of it; their next message is delivered. Whom you write to is accepted by that.",
    )
    .argument("<address...>", "addresses, '*@host' for all of a host, '*@*' for all strangers")
    .option("--undo", "take back what was said of them")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "screener") }),
        (addresses: string[], { undo = false }: { undo?: boolean }) =>
          decideSenders(shell, addresses, undo ? "undecided" : "accepted"),
      ),
    );
}

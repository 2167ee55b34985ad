import { readQueue, retryQueue } from "@posthorn/client";
import type { Command } from "commander";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { showQueue } from "../show-queue.ts";

export function queue(command: Command, shell: Shell): void {
  command.description("What waits to go out to other servers.");
  takeData(
    command
      .command("list", { isDefault: true })
      .description(
        "What waits, by host: how much, since when, why, and when it is tried next; and what is scheduled.",
      ),
  ).action(asOperator((options: OperatorOptions) => list(shell, options)));
  takeData(
    command
      .command("retry")
      .description("Tries now what waits for a host. What is scheduled keeps its hour.")
      .argument("<host>", "as the list shows it"),
  ).action(
    asOperator(
      (host: string, options: OperatorOptions) => retry(shell, host, options),
      () => ({ notFound: nextCommand(shell, "queue") }),
    ),
  );
}

async function list(shell: Shell, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const waiting = await readQueue(api);
  answer(shell, waiting, () => showQueue(waiting, Date.now()));
}

async function retry(shell: Shell, host: string, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const tried = await retryQueue(api, host);
  answer(shell, tried, () => {
    const what = tried.retried === 1 ? "1 message is" : `${tried.retried} messages are`;
    return `${what} being sent to ${tried.host} now. To see how it went: ${nextCommand(shell, "queue")}`;
  });
}

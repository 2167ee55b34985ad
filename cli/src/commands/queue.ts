import { cancelQueue, readQueue, retryQueue } from "@posthorn/client";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
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
  takeData(
    command
      .command("cancel")
      .description(
        "Gives up what waits for a host: each sender is told that it was not delivered and that you stopped trying. What is just being tried and what is scheduled stay.",
      )
      .argument("<host>", "as the list shows it")
      .option("--dry-run", "says how much waits, and gives up nothing"),
  ).action(
    asOperator(
      (host: string, options: OperatorOptions & { dryRun?: boolean }) => cancel(shell, host, options),
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

async function cancel(
  shell: Shell,
  host: string,
  options: OperatorOptions & { dryRun?: boolean },
): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  if (options.dryRun === true) {
    const { hosts } = await readQueue(api);
    const waiting = hosts.find((entry) => entry.host === host)?.waiting ?? 0;
    const what = waiting === 1 ? "1 message waits" : `${waiting} messages wait`;
    answer(shell, { host, waiting }, () => `${what} for ${cleanLine(host)}. Nothing was given up.`);
    return;
  }
  const given = await cancelQueue(api, host);
  answer(shell, given, () => {
    const what = given.cancelled === 1 ? "1 message was" : `${given.cancelled} messages were`;
    const busy = given.underWay === 0 ? "" : ` ${given.underWay} being tried just now may still arrive.`;
    return `${what} given up for ${given.host}; the senders are told.${busy}`;
  });
}

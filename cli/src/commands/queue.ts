import { readQueue, retryQueue } from "@posthorn/client";
import type { QueueHost } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { localTimeAndDistance } from "../times.ts";

export function queue(command: Command, shell: Shell): void {
  command.description("What waits to go out to other servers.");
  takeData(
    command
      .command("list", { isDefault: true })
      .description("What waits, by host: how much, since when, why, and when it is tried next."),
  ).action(asOperator((options: OperatorOptions) => list(shell, options)));
  takeData(
    command
      .command("retry")
      .description("Tries now what waits for a host.")
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
  answer(shell, waiting, () => {
    if (waiting.hosts.length === 0) return "Nothing waits.";
    const now = Date.now();
    return waiting.hosts.map((entry) => describe(entry, now)).join("\n\n");
  });
}

function describe(
  { host, waiting, oldestAt, nextAttemptAt, failureCount, problem }: QueueHost,
  now: number,
): string {
  const lines = [
    `${host}: ${waiting} ${waiting === 1 ? "message waits" : "messages wait"}, the oldest since ${localTimeAndDistance(oldestAt, now)}`,
  ];
  if (problem !== undefined) lines.push(`  why        ${cleanLine(problem.detail)}`);
  if (failureCount > 0)
    lines.push(`  failed     ${failureCount === 1 ? "once" : `${failureCount} times in a row`}`);
  lines.push(`  next try   ${localTimeAndDistance(nextAttemptAt, now)}`);
  return lines.join("\n");
}

async function retry(shell: Shell, host: string, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const tried = await retryQueue(api, host);
  answer(shell, tried, () => {
    const what = tried.retried === 1 ? "1 message is" : `${tried.retried} messages are`;
    return `${what} being sent to ${tried.host} now. To see how it went: ${nextCommand(shell, "queue")}`;
  });
}

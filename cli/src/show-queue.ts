import type { QueueHost, RouteOutput } from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import { localTimeAndDistance } from "./times.ts";

/** What is queued, a few lines a host: what waits and why, and apart from it what goes at an hour of its own. */
export function showQueue({ hosts }: RouteOutput<"queue">, now: number): string {
  if (hosts.length === 0) return "Nothing waits.";
  return hosts.map((entry) => describe(entry, now)).join("\n\n");
}

function describe(
  { host, waiting, scheduled, oldestAt, nextAttemptAt, failureCount, problem }: QueueHost,
  now: number,
): string {
  const next = localTimeAndDistance(nextAttemptAt, now);
  if (oldestAt === undefined) {
    return `${host}: nothing waits\n  scheduled  ${scheduled === 1 ? "1 message, for" : `${scheduled} messages, the first for`} ${next}`;
  }
  const waits = waiting === 1 ? "1 message waits" : `${waiting} messages wait`;
  const lines = [`${host}: ${waits}, the oldest since ${localTimeAndDistance(oldestAt, now)}`];
  if (problem !== undefined) lines.push(`  why        ${cleanLine(problem.detail)}`);
  if (failureCount > 0)
    lines.push(`  failed     ${failureCount === 1 ? "once" : `${failureCount} times in a row`}`);
  lines.push(`  next try   ${next}`);
  if (scheduled > 0)
    lines.push(
      scheduled === 1
        ? "  scheduled  1 message more, for an hour of its own"
        : `  scheduled  ${scheduled} messages more, for hours of their own`,
    );
  return lines.join("\n");
}

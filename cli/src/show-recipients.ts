import type { DeliveryStatus, SendAnswer, SendRecipient } from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import { columns } from "./columns.ts";
import { localTime, localTimeAndDistance } from "./times.ts";

const words: Readonly<Record<DeliveryStatus, string>> = {
  queued: "queued",
  sending: "being sent",
  delivered: "delivered",
  held: "waits for their consent",
  retrying: "retrying",
  failed: "failed",
  expired: "given up",
  cancelled: "taken back",
};

/** Where each recipient's copy stands, a line each: when it arrived, or why it has not and when it is tried next. */
export function showRecipients({ recipients }: SendAnswer, nowMs: number): string {
  return columns(
    recipients.map((recipient) => [
      `  ${recipient.address}`,
      words[recipient.status],
      detailOf(recipient, nowMs),
    ]),
  );
}

function detailOf(recipient: SendRecipient, nowMs: number): string {
  const { attempts = 0, deliveredAt, nextAttemptAt, problem } = recipient;
  if (deliveredAt !== undefined) return localTime(deliveredAt);
  const parts: string[] = [];
  if (problem !== undefined) parts.push(sentence(cleanLine(problem.detail)));
  if (attempts > 0) parts.push(attempts === 1 ? "Tried once." : `Tried ${attempts} times.`);
  if (attempts > 0 && nextAttemptAt !== undefined) {
    parts.push(`Next try ${localTimeAndDistance(nextAttemptAt, nowMs)}.`);
  }
  return parts.join(" ");
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A sentence about the first copy that will never arrive; undefined when there is none. */
export function findFailed(answer: SendAnswer): string | undefined {
  const failed = answer.recipients.find(({ status }) => failures.has(status));
  if (failed === undefined) return undefined;
  const why = failed.problem === undefined ? "" : `: ${failed.problem.detail}`;
  return `The copy for ${failed.address} is ${failed.status === "failed" ? "refused" : words[failed.status]}${why}`;
}

const failures: ReadonlySet<DeliveryStatus> = new Set(["failed", "expired", "cancelled"]);

import { accountName, errors, isErrorCode, type Problem, problem, type Verdict } from "@posthorn/protocol";
import type { Outgoing, RecipientResult } from "./result.ts";

/** A verdict, read as what it means for each delivery it was asked for. */
export function readVerdict(
  outgoing: Outgoing,
  host: string,
  verdict: Verdict | undefined,
): Map<number, RecipientResult> {
  const results = new Map<number, RecipientResult>();
  for (const recipient of outgoing.recipients) {
    results.set(recipient.deliveryId, resultFor(recipient.id, outgoing.messageId, host, verdict));
  }
  return results;
}

/** The blobs that the host wants before it takes the message, for all of its recipients or for some. */
export function missingBlobs(verdict: Verdict | undefined): readonly string[] {
  const problems = [verdict?.problem, ...(verdict?.recipients ?? []).map((recipient) => recipient.problem)];
  const missing = problems.flatMap((one) => (one?.code === "blobsMissing" ? (one.missing ?? []) : []));
  return [...new Set(missing)];
}

function resultFor(
  id: string,
  messageId: string,
  host: string,
  verdict: Verdict | undefined,
): RecipientResult {
  if (verdict === undefined || verdict.id !== messageId) {
    // A line the peer could not even read has no id; its problem then stands for the message.
    if (verdict?.id === null && verdict.problem !== undefined) return byProblem(verdict.problem);
    return deferred(`${host} answered for another message.`);
  }
  const told = verdict.recipients.find((one) => one.host === host && accountName(one.id) === accountName(id));
  if (told?.status === "delivered" || told?.status === "held") return { state: told.status };
  const reason = told?.problem ?? verdict.problem;
  return reason === undefined ? deferred(`${host} gave no answer for this recipient.`) : byProblem(reason);
}

/** The peer's signed problem: for good where it says that trying again will never help. */
function byProblem(reason: Problem): RecipientResult {
  const retry = isErrorCode(reason.code) ? errors[reason.code].retry : reason.retry;
  return { state: retry === "never" ? "failed" : "deferred", problem: reason };
}

function deferred(detail: string): RecipientResult {
  return { state: "deferred", problem: problem("unavailable", detail) };
}

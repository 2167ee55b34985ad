import {
  accountName,
  blobsOf,
  errors,
  isErrorCode,
  type Problem,
  problem,
  type Retry,
  readMessage,
  type Verdict,
} from "@posthorn/protocol";
import type { Outgoing, RecipientResult } from "./result.ts";

/** A verdict, read as what it means for each delivery it was asked for; undefined where the host gave none. */
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

/**
 * The blobs that the host wants before it takes the message, for all of its recipients or for some. Only those that
 * the message names: a host that asks for any other blob by its hash must not be given it (threats C7).
 */
export function missingBlobs(outgoing: Outgoing, verdict: Verdict | undefined): readonly string[] {
  if (verdict === undefined || verdict.id !== outgoing.messageId) return [];
  const problems = [verdict.problem, ...verdict.recipients.map((recipient) => recipient.problem)];
  const wanted = new Set(
    problems.flatMap((one) => (one?.code === "blobsMissing" ? (one.missing ?? []) : [])),
  );
  if (wanted.size === 0) return [];
  return namedBlobs(outgoing.bytes).filter((hash) => wanted.has(hash));
}

/** What a problem asks of the sender: by our table where its code is there, else as it says itself. */
export function retryOf(reason: Problem): Retry {
  return isErrorCode(reason.code) ? errors[reason.code].retry : reason.retry;
}

function namedBlobs(message: Uint8Array): string[] {
  return blobsOf(readMessage(message)).map(({ hash }) => hash);
}

function resultFor(
  id: string,
  messageId: string,
  host: string,
  verdict: Verdict | undefined,
): RecipientResult {
  if (verdict === undefined) return deferred(`${host} gave no answer that this server understands.`);
  if (verdict.id !== messageId) {
    // A line the peer could not even read has no id; its problem then stands for the message.
    if (verdict.id === null && verdict.problem !== undefined) return byProblem(verdict.problem);
    return deferred(`${host} answered for another message.`);
  }
  const told = verdict.recipients.find((one) => one.host === host && accountName(one.id) === accountName(id));
  if (told?.status === "delivered" || told?.status === "held") return { state: told.status };
  const reason = told?.problem ?? verdict.problem;
  return reason === undefined ? deferred(`${host} gave no answer for this recipient.`) : byProblem(reason);
}

/** The peer's signed problem: for good where it says that trying again will never help. */
function byProblem(reason: Problem): RecipientResult {
  return { state: retryOf(reason) === "never" ? "failed" : "deferred", problem: reason };
}

function deferred(detail: string): RecipientResult {
  return { state: "deferred", problem: problem("unavailable", detail) };
}

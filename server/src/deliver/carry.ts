/**
 * Carries the blobs of one message to a host that lacks them, then delivers the message. It goes on where an earlier
 * try was cut, because the host names only what it still lacks.
 */
import { type Problem, problem } from "@posthorn/protocol";
import { deliverRemote } from "./remote.ts";
import { type DeliveryResult, type Lacking, type RecipientResult, untold } from "./result.ts";
import { callSigned, type RemoteContext } from "./signed-call.ts";

const blobTimeoutMs = 600_000;
/** The longest that a host can ask for itself (§50.7). It may be a disk set back, so it is not given up for it. */
const takenInVainRetryS = 21_600;

/**
 * Never throws for what a peer or the network does. A blob that could not be carried defers this message only: it says
 * nothing of the host, whose other mail goes its own way meanwhile. `attempt` is which one of the message this is, from 1:
 * a host that goes on asking for what it has just taken is not brought it again soon.
 */
export async function carry(
  ctx: RemoteContext,
  host: string,
  lacking: Lacking,
  attempt: number,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  for (const hash of lacking.hashes) {
    const fault = await pushBlob(ctx, host, hash, signal);
    if (signal.aborted) return untold;
    if (fault !== undefined) return { ...untold, results: deferred(lacking, problem("unavailable", fault)) };
  }
  const result = await deliverRemote(ctx, host, [lacking.message], signal);
  if (result.lacking.length === 0) return result;
  const vain = problem(
    "unavailable",
    `${host} has taken the files of this message and says that it lacks them still.`,
    attempt === 1 ? {} : { retryAfterS: takenInVainRetryS },
  );
  return { ...result, results: deferred(lacking, vain), lacking: [] };
}

/** What went wrong; undefined when the host has the blob now. */
async function pushBlob(
  ctx: RemoteContext,
  host: string,
  hash: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await ctx.findPeer(host);
  if (!found.ok) return found.detail;
  const blob = await ctx.openBlob(hash);
  if (blob === undefined) return "A file of this message is no longer on this server.";
  const sent = await callSigned(ctx, host, found.discovery, {
    method: "PUT",
    path: `/email/blob/${hash}`,
    content: {
      type: "application/octet-stream",
      body: blob.body,
      sizeBytes: blob.sizeBytes,
      sha256: Buffer.from(hash, "hex"),
    },
    timeoutMs: blobTimeoutMs,
    signal,
  });
  if (sent.kind === "unreachable") return sent.problem.detail;
  return sent.answer.status < 300
    ? undefined
    : `${host} did not take a file of this message (${sent.answer.status}).`;
}

function deferred({ message }: Lacking, reason: Problem): Map<number, RecipientResult> {
  return new Map(
    message.recipients.map(({ deliveryId }) => [deliveryId, { state: "deferred", problem: reason }]),
  );
}

/**
 * Carries the blobs of one message to a host that lacks them, then delivers the message. It goes on where an earlier
 * try was cut, because the host names only what it still lacks.
 */
import { problem } from "@posthorn/protocol";
import { deliverRemote } from "./remote.ts";
import { type DeliveryResult, type Lacking, type RecipientResult, untold } from "./result.ts";
import { callSigned, type RemoteContext } from "./signed-call.ts";

const blobTimeoutMs = 600_000;

/**
 * Never throws for what a peer or the network does. A blob that could not be carried defers this message only: it says
 * nothing of the host, whose other mail goes its own way meanwhile.
 */
export async function carry(
  ctx: RemoteContext,
  host: string,
  lacking: Lacking,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  for (const hash of lacking.hashes) {
    const fault = await pushBlob(ctx, host, hash, signal);
    if (signal.aborted) return untold;
    if (fault !== undefined) return { ...untold, results: deferred(lacking, fault) };
  }
  const result = await deliverRemote(ctx, host, [lacking.message], signal);
  if (result.lacking.length === 0) return result;
  const fault = `${host} still lacks files of this message after they were sent.`;
  return { ...result, results: deferred(lacking, fault), lacking: [] };
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
    contentType: "application/octet-stream",
    body: blob.body,
    sizeBytes: blob.sizeBytes,
    sha256: Buffer.from(hash, "hex"),
    timeoutMs: blobTimeoutMs,
    signal,
  });
  if (sent.kind === "unreachable") return sent.problem.detail;
  return sent.answer.status < 300
    ? undefined
    : `${host} did not take a file of this message (${sent.answer.status}).`;
}

function deferred({ message }: Lacking, detail: string): Map<number, RecipientResult> {
  const reason: RecipientResult = { state: "deferred", problem: problem("unavailable", detail) };
  return new Map(message.recipients.map(({ deliveryId }) => [deliveryId, reason]));
}

/** One attempt to one host, near or far. */
import { limits, problem } from "@posthorn/protocol";
import type { ReceiveContext } from "../receive/receive.ts";
import { deliverLocal } from "./local.ts";
import { deliverRemote } from "./remote.ts";
import { type DeliveryResult, type Outgoing, type RecipientResult, untold } from "./result.ts";
import type { RemoteContext } from "./signed-call.ts";

export interface DeliverContext {
  remote: RemoteContext;
  local: ReceiveContext;
}

/**
 * Never throws for what a peer or the network does; `signal` cuts the attempt, which is then tried again. What is larger
 * than a message may be is not sent: no host could answer for it, and its silence would keep back the others (threats D2).
 */
export async function deliver(
  ctx: DeliverContext,
  host: string,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const fitting = messages.filter(fits);
  const result = fitting.length === 0 ? untold : await deliverTo(ctx, host, fitting, signal);
  if (fitting.length === messages.length) return result;
  const failed = messages.filter((message) => !fits(message)).flatMap((message) => message.recipients);
  return {
    ...result,
    results: new Map([
      ...result.results,
      ...failed.map(({ deliveryId }) => [deliveryId, tooLarge()] as const),
    ]),
  };
}

function deliverTo(
  ctx: DeliverContext,
  host: string,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<DeliveryResult> {
  if (host === ctx.local.host) return deliverLocal(ctx.local, messages);
  return deliverRemote(ctx.remote, host, messages, signal);
}

function fits({ bytes }: Outgoing): boolean {
  return bytes.length <= limits.messageBytes;
}

function tooLarge(): RecipientResult {
  const detail = "This server has more bytes of this message than a message may have, so it was not sent.";
  return { state: "failed", problem: problem("tooLarge", detail) };
}

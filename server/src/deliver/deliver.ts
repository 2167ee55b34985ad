/** One attempt to one host, near or far. */
import type { ReceiveContext } from "../receive/receive.ts";
import { deliverLocal } from "./local.ts";
import { deliverRemote } from "./remote.ts";
import type { DeliveryResult, Outgoing } from "./result.ts";
import type { RemoteContext } from "./signed-call.ts";

export interface DeliverContext {
  remote: RemoteContext;
  local: ReceiveContext;
}

/** Never throws for what a peer or the network does; `signal` cuts the attempt, which is then tried again. */
export function deliver(
  ctx: DeliverContext,
  host: string,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<DeliveryResult> {
  if (host === ctx.local.host) return deliverLocal(ctx.local, messages);
  return deliverRemote(ctx.remote, host, messages, signal);
}

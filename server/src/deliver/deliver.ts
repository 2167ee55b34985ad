/** One attempt to one host, near or far. */
import type { ReceiveContext } from "../receive/receive.ts";
import { deliverLocal } from "./local.ts";
import { deliverRemote, type RemoteContext } from "./remote.ts";
import type { DeliveryResult, Outgoing } from "./result.ts";

export interface DeliverContext {
  remote: RemoteContext;
  local: ReceiveContext;
}

export function deliver(
  ctx: DeliverContext,
  host: string,
  messages: readonly Outgoing[],
): Promise<DeliveryResult> {
  return host === ctx.local.host
    ? deliverLocal(ctx.local, messages)
    : deliverRemote(ctx.remote, host, messages);
}

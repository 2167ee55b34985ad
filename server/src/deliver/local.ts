/** The last hop when the recipient is ours: the receive room itself, by the same rules as a peer's mail. */
import { joinLines } from "@posthorn/protocol";
import { type ReceiveContext, receiveBatch, receiveMessage } from "../receive/receive.ts";
import { verifiedAsOurs } from "../receive/verify.ts";
import { asRequests } from "./requests.ts";
import type { DeliveryResult, Outgoing, RecipientResult } from "./result.ts";
import { readVerdict } from "./verdicts.ts";

export async function deliverLocal(
  ctx: ReceiveContext,
  messages: readonly Outgoing[],
): Promise<DeliveryResult> {
  const results = new Map<number, RecipientResult>();
  for (const request of asRequests(messages, ctx.host, {})) {
    const verdicts = await receive(ctx, request);
    for (const [index, message] of request.entries()) {
      for (const [id, result] of readVerdict(message, ctx.host, verdicts[index])) results.set(id, result);
    }
  }
  return { results, lacking: [], host: { kind: "answered" } };
}

async function receive(ctx: ReceiveContext, request: readonly Outgoing[]) {
  const [only, ...others] = request;
  if (only !== undefined && others.length === 0) {
    return [await receiveMessage(ctx, verifiedAsOurs(ctx.host, only.bytes))];
  }
  return receiveBatch(ctx, verifiedAsOurs(ctx.host, joinLines(request.map((message) => message.bytes))));
}

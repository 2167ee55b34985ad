/** The last hop when the recipient is ours: the receive room itself, by the same rules as a peer's mail. */

import { joinLines } from "@posthorn/protocol";
import { type ReceiveContext, receiveBatch } from "../receive/receive.ts";
import { verifiedAsOurs } from "../receive/verify.ts";
import type { DeliveryResult, Outgoing, RecipientResult } from "./result.ts";
import { readVerdict } from "./verdicts.ts";

export async function deliverLocal(
  ctx: ReceiveContext,
  messages: readonly Outgoing[],
): Promise<DeliveryResult> {
  const body = joinLines(messages.map((message) => message.bytes));
  const verdicts = await receiveBatch(ctx, verifiedAsOurs(ctx.host, body));
  const results = new Map<number, RecipientResult>();
  for (const [index, message] of messages.entries()) {
    for (const [id, result] of readVerdict(message, ctx.host, verdicts[index])) results.set(id, result);
  }
  return { kind: "answered", results };
}

/** For tests: what is claimed from a queue is retired, with whatever an attempt is to have brought. */
import { type ErrorCode, problem } from "@posthorn/protocol";
import { type DeliveryResult, type HostResult, type RecipientResult, untold } from "../deliver/result.ts";
import type { Store } from "../store/sql.ts";
import { type Claim, claim } from "./claim.ts";
import { type RetireContext, retire, retireApart } from "./retire.ts";
import { middling, openTrialQueue, type TrialQueue } from "./trial-queue.ts";

export const host = "b.test";
export const hour = 3_600_000;
export const limits = { messages: 100, bytes: 3_500_000, leaseMs: 30_000 };

export interface Room extends TrialQueue {
  claim(messages?: number): Promise<Claim>;
  retire(claimed: Claim, result: DeliveryResult): Promise<void>;
  retireApart(claimed: Claim, result: DeliveryResult, store?: Store): Promise<void>;
  ctx(): RetireContext;
}

export async function openRoom(store: Store): Promise<Room> {
  const queue = await openTrialQueue(store);
  const ctx = () => ({ host: "a.test", random: middling, now: queue.clock.now() });
  return {
    ...queue,
    ctx,
    claim: (messages = 100) =>
      store.write((tx) => claim(tx, host, queue.clock.now(), { ...limits, messages })),
    retire: (claimed, result) => store.write((tx) => retire(ctx(), tx, host, claimed, result)),
    retireApart: (claimed, result, through = store) =>
      retireApart(
        { ...ctx(), store: through, log: (_, event) => queue.logged.push(event) },
        host,
        claimed,
        result,
      ),
  };
}

export const answered: HostResult = { kind: "answered" };
export const silent = (retryAfterS?: number) => ({
  problem: problem("unavailable", "b.test did not answer."),
  retryAfterS,
});
export const unreachable = (retryAfterS?: number): HostResult => ({
  kind: "unreachable",
  ...silent(retryAfterS),
});
export const failed = (code: ErrorCode = "recipientUnknown"): RecipientResult => ({
  state: "failed",
  problem: problem(code, "b.test has no user “bob”."),
});
export const deferred: RecipientResult = { state: "deferred", problem: problem("mailboxFull", "Full.") };

export function told(claimed: Claim, result: RecipientResult, said: HostResult = answered): DeliveryResult {
  const deliveries = claimed.messages.flatMap((message) => message.deliveries);
  return { results: new Map(deliveries.map(({ id }) => [id, result])), lacking: [], host: said };
}

export const said = (result: HostResult): DeliveryResult => ({ ...untold, host: result });

import { fail } from "@posthorn/protocol";
import type { Clock } from "../env/env.ts";
import { Budgets } from "./budgets.ts";

/** How many recipients an account may write to in a time, by whatever way it sends. */
export interface SendingLimit {
  /** Throws `rateLimited` when it has written to too many. */
  check(accountId: number): void;
  charge(accountId: number, recipients: number): void;
}

/** `rules` says what holds now. */
export function limitSending(
  clock: Pick<Clock, "mono">,
  rules: () => { recipientsAtOnce: number; recipientsPerMinute: number },
): SendingLimit {
  const budgets = new Budgets(clock, {
    get capacity() {
      return rules().recipientsAtOnce;
    },
    get refillPerS() {
      return rules().recipientsPerMinute / 60;
    },
    // All of it: else who may write to few at once could write to very many with each message.
    maxDebt: Number.POSITIVE_INFINITY,
    maxKeys: 50_000,
  });
  return {
    check(accountId) {
      const spent = budgets.take(String(accountId), 0);
      if (spent.ok) return;
      fail("rateLimited", `You have sent very much in a short time. Try again in ${spent.retryAfterS} s.`, {
        retryAfterS: spent.retryAfterS,
      });
    },
    charge: (accountId, recipients) => budgets.charge(String(accountId), recipients),
  };
}

/** Requests to push services that are under way at once: so many in all, and of one account a share of them. */

export interface PushTurns {
  /** Does the work when it is the account's turn. Undefined, and not done, when they are over before. */
  run<Result>(accountId: number, work: () => Promise<Result>): Promise<Result | undefined>;
  /** Nobody who waits gets a turn any more. */
  end(): void;
}

type Answer = (mayGo: boolean) => void;

/**
 * Accounts that wait get their turns one after the other, each for what it has waited for longest. So whatever services
 * one account has named, and however many, the others wait for what is left of the rest and not for it.
 */
export function makePushTurns(most: number, mostOfAccount: number): PushTurns {
  const underWay = new Map<number, number>();
  /** By account, in the order in which they are served. */
  const waiting = new Map<number, Answer[]>();
  let total = 0;
  let isOver = false;

  const of = (accountId: number) => underWay.get(accountId) ?? 0;
  const mayBegin = (accountId: number) => total < most && of(accountId) < mostOfAccount;

  function begin(accountId: number): void {
    total += 1;
    underWay.set(accountId, of(accountId) + 1);
  }

  function leave(accountId: number): void {
    total -= 1;
    const left = of(accountId) - 1;
    if (left === 0) underWay.delete(accountId);
    else underWay.set(accountId, left);
    for (const [next, answers] of waiting) {
      if (!mayBegin(next)) continue;
      const answer = answers.shift();
      // To the end of the row.
      waiting.delete(next);
      if (answers.length > 0) waiting.set(next, answers);
      if (answer === undefined) continue;
      begin(next);
      answer(true);
      return;
    }
  }

  async function enter(accountId: number): Promise<boolean> {
    if (isOver) return false;
    if (mayBegin(accountId)) {
      begin(accountId);
      return true;
    }
    return new Promise((answer) => {
      const others = waiting.get(accountId);
      if (others === undefined) waiting.set(accountId, [answer]);
      else others.push(answer);
    });
  }

  return {
    async run(accountId, work) {
      if (!(await enter(accountId))) return undefined;
      try {
        return await work();
      } finally {
        leave(accountId);
      }
    },
    end() {
      isOver = true;
      for (const answers of waiting.values()) for (const answer of answers) answer(false);
      waiting.clear();
    },
  };
}

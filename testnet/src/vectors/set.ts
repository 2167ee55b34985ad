/** What became of one published set. */
export interface SetResult {
  name: string;
  cases: number;
  failures: readonly string[];
  /** What the numbers do not say: cases refused because ours is stricter, by reason. */
  notes: readonly string[];
}

export interface Tally {
  /** One more case; `fault` says what went wrong, undefined when nothing did. */
  count(name: string, fault: string | undefined): void;
  /** A case that passed in a way worth telling: how many cases did for this reason. */
  note(reason: string): void;
  result(): SetResult;
}

/** Counts the cases of a set as they are run. */
export function tally(name: string): Tally {
  let cases = 0;
  const failures: string[] = [];
  const reasons = new Map<string, number>();
  return {
    count(caseName, fault) {
      cases++;
      if (fault !== undefined) failures.push(`${caseName}: ${fault}`);
    },
    note(reason) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    },
    result: () => ({
      name,
      cases,
      failures,
      notes: [...reasons].map(([reason, count]) => `${count} ${reason}`),
    }),
  };
}

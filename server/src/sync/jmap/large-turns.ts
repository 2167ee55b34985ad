/**
 * Calls that hold much of mail in memory take turns, whoever makes them. What one holds is bounded by what it may ask for;
 * this bounds what all of them hold together.
 */

/** What a call holds without waiting for its turn. */
const freeBytes = 8 * 1024 * 1024;

/** Says of a part how much it is going to be; resolves when that may be held. */
export type Hold = (sizeBytes: number) => Promise<void>;

export interface LargeTurns {
  /** Carries out a call, which holds nothing large before `hold` has resolved for it. */
  run<Result>(work: (hold: Hold) => Promise<Result>): Promise<Result>;
}

/** So many calls at a time. */
export function makeLargeTurns(most: number): LargeTurns {
  const waiting: (() => void)[] = [];
  let free = most;
  async function enter(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
  return {
    async run(work) {
      let held = 0;
      let turn: Promise<void> | undefined;
      try {
        return await work(async (sizeBytes) => {
          held += sizeBytes;
          if (held <= freeBytes) return;
          turn ??= enter();
          await turn;
        });
      } finally {
        if (turn !== undefined) void turn.then(leave);
      }
    },
  };
}

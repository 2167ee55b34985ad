/** Lets so many through at once; the others wait, in the order in which they came. */
export interface Gate {
  /** Resolves when `work` has ended. Throws what that throws, and the signal's reason when it aborts while this waits. */
  through<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

export function newGate(most: number): Gate {
  let within = 0;
  const waiting = new Set<() => void>();
  async function enter(signal: AbortSignal | undefined): Promise<void> {
    if (within < most) {
      within++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener("abort", leaveOff);
        resolve();
      };
      const leaveOff = () => {
        waiting.delete(go);
        reject(signal?.reason);
      };
      waiting.add(go);
      signal?.addEventListener("abort", leaveOff, { once: true });
    });
  }
  /** Whoever waits first takes the place of the one that leaves. */
  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      within--;
      return;
    }
    waiting.delete(next);
    next();
  }
  return {
    async through(work, signal) {
      signal?.throwIfAborted();
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}

/** Wakes those who wait. What rings while nobody waits is remembered for the next. */
export interface Bell {
  ring(): void;
  /** Resolves when it rings, or the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

export function newBell(): Bell {
  const waiting = new Set<() => void>();
  let isRung = false;
  return {
    ring() {
      isRung = waiting.size === 0;
      for (const wake of [...waiting]) wake();
    },
    async wait(signal) {
      if (isRung || signal.aborted) {
        isRung = false;
        return;
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener("abort", wake);
      });
    },
  };
}

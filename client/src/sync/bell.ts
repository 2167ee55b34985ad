/** Wakes one who waits. What rings while nobody waits is not lost. */
export interface Bell {
  ring(): void;
  readonly isRung: boolean;
  /** Resolves when it has rung since the last time, or the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

export function newBell(): Bell {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    get isRung() {
      return isRung;
    },
    async wait(signal) {
      if (!isRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        wake = undefined;
      }
      isRung = false;
    },
  };
}

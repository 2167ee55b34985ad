import type { Clock } from "./env.ts";

/** The platform's longest timer; a longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. */
export function openClock(): Clock {
  return {
    now: () => Date.now(),
    mono: () => performance.now(),
    async sleep(ms, signal) {
      let left = ms;
      while (left > 0 && !signal?.aborted) {
        const part = Math.min(left, longestTimerMs);
        await timer(part, signal);
        left -= part;
      }
    },
  };
}

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(handle);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const handle = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}

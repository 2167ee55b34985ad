/**
 * When to try again: full jitter between one second and a ceiling that doubles from five seconds to an hour
 * (docs/protocol/50-delivery.md). Full jitter, so that a host that comes back is not met by all its peers at once.
 */

export const expiryMs = 5 * 24 * 3_600_000;
export const lateAfterMs = 4 * 3_600_000;
const firstCeilingMs = 5_000;
const lastCeilingMs = 3_600_000;
const shortestMs = 1_000;
const shortestRetryAfterMs = 1_000;
const longestRetryAfterMs = 6 * 3_600_000;

/** Milliseconds to wait after the `failureCount`th failure in a row; `fraction` is uniform in [0, 1). */
export function backoffMs(failureCount: number, fraction: number): number {
  const doublings = Math.min(Math.max(failureCount - 1, 0), 30);
  const ceilingMs = Math.min(firstCeilingMs * 2 ** doublings, lastCeilingMs);
  return Math.round(shortestMs + (ceilingMs - shortestMs) * fraction);
}

/** A peer's own wish, kept within bounds so that it can neither hammer itself nor silence us for weeks. */
export function clampRetryAfterMs(retryAfterS: number): number {
  if (!Number.isFinite(retryAfterS)) return longestRetryAfterMs;
  return Math.min(Math.max(retryAfterS * 1_000, shortestRetryAfterMs), longestRetryAfterMs);
}

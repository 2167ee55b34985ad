/** How often the server has failed at what was done here, and when it is asked again. */
import type { Action } from "./change.ts";

/** A server that fails at the same thing again and again does not only fail for now. */
const mostFailures = 8;
/** A letter may wait for the server of a recipient, which is down for hours now and then. */
const letterBudgetMs = 24 * 60 * 60 * 1_000;
const firstAsideMs = 5_000;
const longestAsideMs = 15 * 60 * 1_000;

interface Failure {
  /** Answers of the server; that it could not be reached is none. */
  count: number;
  /** When it failed first. */
  sinceMs: number;
  /** Until then it is not tried again, and what was done later goes before it. */
  asideUntilMs: number;
}

/** By the number of the action. */
export type Failures = Map<number, Failure>;

/** Counts this answer too. True when the server has failed too often to be asked again. */
export function isTooOften(failures: Failures, { number }: Action, nowMs: number): boolean {
  const { count, sinceMs, asideUntilMs } = failures.get(number) ?? {
    count: 0,
    sinceMs: nowMs,
    asideUntilMs: 0,
  };
  failures.set(number, { count: count + 1, sinceMs, asideUntilMs });
  return count >= mostFailures;
}

/** The same for a letter, which is tried for some hours at least. */
export function isLetterTooOften(failures: Failures, action: Action, nowMs: number): boolean {
  const isOften = isTooOften(failures, action, nowMs);
  return isOften && nowMs - (failures.get(action.number)?.sinceMs ?? nowMs) >= letterBudgetMs;
}

/** Longer each time, and for no less than the server has asked for. Gives when it is tried again. */
export function putAside(
  failures: Failures,
  { number }: Action,
  { nowMs, atLeastMs }: { nowMs: number; atLeastMs: number },
): number {
  const { count, sinceMs } = failures.get(number) ?? { count: 0, sinceMs: nowMs };
  const growing = Math.min(longestAsideMs, firstAsideMs * 2 ** Math.max(0, Math.min(count, 20) - 1));
  const asideUntilMs = nowMs + Math.max(growing, atLeastMs);
  failures.set(number, { count, sinceMs, asideUntilMs });
  return asideUntilMs;
}

export function isAside(failures: Failures, { number }: Action, nowMs: number): boolean {
  return (failures.get(number)?.asideUntilMs ?? 0) > nowMs;
}

/** When something that was put aside is to be tried; undefined when nothing is. */
export function nextTryMs(failures: Failures): number | undefined {
  const times = [...failures.values()].map(({ asideUntilMs }) => asideUntilMs).filter((ms) => ms > 0);
  return times.length === 0 ? undefined : Math.min(...times);
}

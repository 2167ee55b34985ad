import type { Action } from "./change.ts";

/** A server that fails at the same thing again and again does not only fail for now. */
const mostFailures = 8;

/** How often the server has failed at something, by the number of the action. */
export type Failures = Map<number, number>;

/** Counts this time too. True when it has failed too often to be tried again. */
export function isTooOften(failures: Failures, { number }: Action): boolean {
  const count = (failures.get(number) ?? 0) + 1;
  failures.set(number, count);
  return count > mostFailures;
}

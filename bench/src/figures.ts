/** Figures as people read them. */
import type { Spread } from "./spread.ts";

/** The middle one, with the least and the most. */
export function spread({ min, median, max }: Spread, write: (value: number) => string): string {
  return `${write(median)} (${write(min)}–${write(max)})`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function tenths(value: number): string {
  return value.toFixed(1);
}

export function hundredths(value: number): string {
  return value.toFixed(2);
}

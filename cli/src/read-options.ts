/** The values of options, read from their texts. All of them throw Failure `usage`. */
import { refuseUsage } from "./failure.ts";
import { findSize } from "./sizes.ts";
import { findLengthMs } from "./times.ts";

/** For an option that may be given again: all its values. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** A length of time in seconds. */
export function readLengthS(text: string): number {
  const ms = findLengthMs(text);
  return ms === undefined
    ? refuseUsage(`“${text}” is no length of time.`, "Write it as 12h, 30d or 4w.")
    : ms / 1000;
}

/** A size in bytes. */
export function readSize(text: string): number {
  return findSize(text) ?? refuseUsage(`“${text}” is no size.`, "Write it as 500MB or 5GiB.");
}

/** A whole number from 1 on, of an option of this name. */
export function readCount(text: string, option: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  return refuseUsage(`“${text}” is not a number, as ${option} is.`);
}

/** The values of options, read from their texts. All of them throw Failure `usage`. */
import { refuseUsage } from "./failure.ts";
import { findSize, shortSize } from "./sizes.ts";
import { findLengthMs } from "./times.ts";

/** For an option that may be given again: all its values. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

const leastLifeS = 60;
const longestLifeS = 366 * 24 * 60 * 60;
/** As little as a server gives to a new account. */
const leastQuotaBytes = 1_000_000;

/** How long an invitation or a token is to be good for, in seconds. */
export function readLifeS(text: string): number {
  const ms = findLengthMs(text);
  if (ms === undefined) return refuseUsage(`“${text}” is no length of time.`, "Write it as 12h, 30d or 4w.");
  const seconds = ms / 1000;
  if (seconds >= leastLifeS && seconds <= longestLifeS) return seconds;
  return refuseUsage(
    `${text} is too ${seconds < leastLifeS ? "short" : "long"}.`,
    "Choose from a minute, 60s, to a year, 366d.",
  );
}

/** What an account may hold, in bytes. */
export function readQuota(text: string): number {
  const bytes = findSize(text) ?? refuseUsage(`“${text}” is no size.`, "Write it as 500MB or 5GiB.");
  if (bytes >= leastQuotaBytes) return bytes;
  return refuseUsage(`${shortSize(bytes)} is too little for an account.`, "Give it 1MB or more.");
}

/** A whole number from 1 on, of an option of this name. */
export function readCount(text: string, option: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  return refuseUsage(`“${text}” is not a whole number from 1 on, as ${option} is.`);
}

/** What the clocks of time zones show. A zone is an IANA name, such as Europe/Berlin; undefined is this machine's own. */

/** The date and time on a clock; the month counts from 1, and what runs over its end counts on. */
export interface ClockFace {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** The zone of this name as it is usually spelt; undefined when this machine knows none. */
export function findZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // An older name of a zone is known here by its newer one, but what was asked for need not be.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What the clock of a zone shows at an instant in milliseconds since 1970. */
export function clockAt(ms: number, zone: string | undefined): ClockFace {
  const parts = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(ms);
  const numberOf = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  return {
    year: numberOf("year"),
    month: numberOf("month"),
    day: numberOf("day"),
    hour: numberOf("hour"),
    minute: numberOf("minute"),
    second: numberOf("second"),
  };
}

/**
 * The instant at which the clock of a zone shows this, in milliseconds since 1970: the earlier of two, and where the
 * clock is put forward over it, as much later as it is put forward.
 */
export function instantOf(face: ClockFace, zone: string | undefined): number {
  const shown = utcOf(face);
  const [before, after] = [offsetAt(shown - dayMs, zone), offsetAt(shown + dayMs, zone)];
  const offsets = [Math.max(before, after), Math.min(before, after)];
  const fitting = offsets.find((offset) => offsetAt(shown - offset, zone) === offset);
  return shown - (fitting ?? before);
}

/** How far a zone is ahead of UTC at an instant, in milliseconds. */
function offsetAt(ms: number, zone: string | undefined): number {
  return utcOf(clockAt(ms, zone)) - Math.floor(ms / 1_000) * 1_000;
}

function utcOf({ year, month, day, hour, minute, second }: ClockFace): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

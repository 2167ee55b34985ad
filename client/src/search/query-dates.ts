/** Days, spans of time and sizes as people write them in a query. */

/** What “today” means. */
export interface QueryTime {
  /** Milliseconds since 1970. */
  now: number;
  /** An IANA time zone, as `Intl` knows it; that of the machine when it is left out. */
  zone?: string | undefined;
}

export const dateForms = [
  "2024",
  "2024-03",
  "2024-03-05",
  "today",
  "yesterday",
  "7d",
  "2w",
  "3m",
  "1y",
] as const;
export const sizeForms = ["10k", "5M", "1G"] as const;

/** `Intl` counts years from the birth of Christ, in both directions. */
const mostYears = 1000;

interface Day {
  year: number;
  /** 1 to 12, and beyond: months of other years. */
  month: number;
  day: number;
}

/**
 * When a day, month or year begins where the person is, or how long ago a span began; undefined for anything else.
 * Spans in days and weeks are of 24 hours; those in months and years end at the same hour of the day.
 */
export function findMoment(text: string, time: QueryTime): number | undefined {
  const today = dayOf(time.now, time.zone);
  if (text === "today") return startOf(today, time.zone);
  if (text === "yesterday") return startOf({ ...today, day: today.day - 1 }, time.zone);
  const [, count, unit] = /^([0-9]{1,4})([dwmy])$/i.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return before(Number(count), unit.toLowerCase(), time);
  const [, year, month = "01", day = "01"] =
    /^([12][0-9]{3})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const wanted = { year: Number(year), month: Number(month), day: Number(day) };
  return isDay(wanted) ? startOf(wanted, time.zone) : undefined;
}

/** Bytes of a size such as 500, 10k, 5M, 1.5G: thousands, as sizes are shown. Undefined for anything else. */
export function findSize(text: string): number | undefined {
  const [, number, unit = ""] = /^([0-9]{1,12}(?:\.[0-9]{1,6})?)([kmg]?)b?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const power = ["", "k", "m", "g"].indexOf(unit.toLowerCase());
  return Math.round(Number(number) * 1000 ** power);
}

function before(count: number, unit: string, { now, zone }: QueryTime): number {
  const dayMs = 24 * 60 * 60 * 1000;
  if (unit === "d") return now - count * dayMs;
  if (unit === "w") return now - count * 7 * dayMs;
  const today = dayOf(now, zone);
  const months = Math.min(unit === "m" ? count : 12 * count, 12 * mostYears);
  const first = { ...today, month: today.month - months, day: 1 };
  // The 31st of a month that has 30 days is its last.
  const daysThere = new Date(Date.UTC(first.year, first.month, 0)).getUTCDate();
  const sinceMidnight = now - startOf(today, zone);
  return startOf({ ...first, day: Math.min(today.day, daysThere) }, zone) + sinceMidnight;
}

function isDay({ year, month, day }: Day): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** The day that it is there. */
function dayOf(moment: number, zone: string | undefined): Day {
  const there = new Date(moment + offsetAt(moment, zone));
  return { year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() };
}

/** When the day begins there. Where clocks are put forward at midnight, it begins with the hour that there is. */
function startOf({ year, month, day }: Day, zone: string | undefined): number {
  const asIfUtc = Date.UTC(year, month - 1, day);
  const guess = asIfUtc - offsetAt(asIfUtc, zone);
  return asIfUtc - offsetAt(guess, zone);
}

/** Milliseconds that clocks there are ahead of UTC. */
function offsetAt(moment: number, zone: string | undefined): number {
  const seconds = Math.floor(moment / 1000) * 1000;
  const there = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const parts = new Map(there.formatToParts(seconds).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const clock = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return clock - seconds;
}

/** Times as a list and a reader tell them, in the language and the zone of whoever reads. */
import { localeOf } from "./locale-of.ts";
import { languageNow } from "./words.ts";

/** The country's way of the language the words are in, where the browser has one: English has hours until 12 and until 24. */
function localeNow(): string {
  return localeOf(languageNow(), navigator.languages);
}

const kept = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${localeNow()} ${name}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(localeNow(), options);
  kept.set(key, made);
  return made;
}

const dayMs = 86_400_000;

/** Today the hour, this week the day, this year the date, before that the year. */
export function shortTime(atMs: number, nowMs: number = Date.now()): string {
  const at = new Date(atMs);
  const now = new Date(nowMs);
  if (isSameDay(at, now)) return format("hour", { hour: "numeric", minute: "2-digit" }).format(at);
  if (nowMs - atMs < 6 * dayMs && atMs < nowMs) return format("day", { weekday: "short" }).format(at);
  if (at.getFullYear() === now.getFullYear()) {
    return format("date", { day: "numeric", month: "short" }).format(at);
  }
  return format("year", { day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** A time to come, with its hour: today that alone, this week with the day, later with the date. */
export function shortMoment(atMs: number, nowMs: number = Date.now()): string {
  const at = new Date(atMs);
  if (isSameDay(at, new Date(nowMs))) return shortTime(atMs, nowMs);
  if (Math.abs(atMs - nowMs) < 6 * dayMs) {
    return format("dayHour", { weekday: "short", hour: "numeric", minute: "2-digit" }).format(at);
  }
  return format("dateHour", { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(
    at,
  );
}

/** To the second; before today with its day. */
export function clockTime(atMs: number, nowMs: number = Date.now()): string {
  const at = new Date(atMs);
  const hour = { hour: "numeric", minute: "2-digit", second: "2-digit" } as const;
  if (isSameDay(at, new Date(nowMs))) return format("second", hour).format(at);
  return format("daySecond", { day: "numeric", month: "short", ...hour }).format(at);
}

/** The day, with its year. */
export function dayOf(atMs: number): string {
  return format("medium", { dateStyle: "medium" }).format(new Date(atMs));
}

/** The month and its year. */
export function monthOf(atMs: number): string {
  return format("month", { month: "long", year: "numeric" }).format(new Date(atMs));
}

/** The day, with its year. */
export function longDay(atMs: number): string {
  return format("longDay", { dateStyle: "long" }).format(new Date(atMs));
}

/** The whole of it. */
export function longTime(atMs: number): string {
  return format("long", { dateStyle: "full", timeStyle: "short" }).format(new Date(atMs));
}

export type Age = "today" | "yesterday" | "week" | "earlier";

function isSameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

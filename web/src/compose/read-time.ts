/** A time out of what somebody types, such as “tue 9”, “tomorrow 14:30”, “morgen 8 Uhr” or “3 Mar 10”. */

const days: readonly (readonly string[])[] = [
  ["sunday", "sonntag", "so"],
  ["monday", "montag", "mo"],
  ["tuesday", "dienstag", "di"],
  ["wednesday", "mittwoch", "mi"],
  ["thursday", "donnerstag", "do"],
  ["friday", "freitag", "fr"],
  ["saturday", "samstag", "sonnabend", "sa"],
];

const months =
  "january januar,february februar,march märz maerz,april,may mai,june juni,july juli,august,september,october oktober,november,december dezember"
    .split(",")
    .map((names) => names.split(" "));

const usualHour = 8;

/** By the clock and the days of whoever types, always after `now`. Undefined when it says no time. */
export function readTime(text: string, now: Date): Date | undefined {
  let rest = text.trim().toLowerCase().replaceAll(/\s+/g, " ");
  if (rest === "") return undefined;
  const after = /^(?:in )?(\d{1,3}) ?(min\w*|hours?|h|stunden?|std|days?|tage?n?|d)$/.exec(rest);
  if (after !== null) return later(now, Number(after[1]), after[2] ?? "");
  const clock = takeClock(rest);
  if (clock === "bad") return undefined;
  rest = clock.rest;
  const day = rest === "" ? new Date(now) : dayOf(rest, now);
  if (day === undefined) return undefined;
  if (rest === "" && clock.hour === undefined) return undefined;
  day.setHours(clock.hour ?? usualHour, clock.minute, 0, 0);
  if (day > now) return day;
  // What is past by today's clock is meant for the next time it is so.
  day.setDate(day.getDate() + (isWeekday(rest) ? 7 : 1));
  return rest === "" || isWeekday(rest) ? day : undefined;
}

function later(now: Date, count: number, unit: string): Date {
  const minutes = unit.startsWith("min") ? 1 : /^(d|t)/.test(unit) ? 24 * 60 : 60;
  return new Date(now.getTime() + count * minutes * 60_000);
}

interface Clock {
  hour: number | undefined;
  minute: number;
  /** What is left besides. */
  rest: string;
}

/** The time of day at the end of it. A number alone is an hour. */
function takeClock(text: string): Clock | "bad" {
  const found = /(?:^| )(?:at |um )?(\d{1,2})(?:[:.](\d{2}))? ?(am|pm|uhr|h)?$/.exec(text);
  if (found === null) return { hour: undefined, minute: 0, rest: text };
  const [whole, hours = "", minutes = "0", half] = found;
  const rest = text.slice(0, text.length - whole.length).trim();
  // “3 march” ends with no time, and “march 3” with a day.
  if (half === undefined && found[2] === undefined && monthOf(rest) !== undefined) {
    return { hour: undefined, minute: 0, rest: text };
  }
  const hour = (Number(hours) % 12) + (half === "pm" ? 12 : 0);
  const plain = half === "am" || half === "pm" ? hour : Number(hours);
  if (plain > 23 || Number(minutes) > 59) return "bad";
  return { hour: plain, minute: Number(minutes), rest };
}

function dayOf(text: string, now: Date): Date | undefined {
  const day = new Date(now);
  if (/^(today|heute)$/.test(text)) return day;
  if (/^(tomorrow|tmrw|tom|morgen)$/.test(text)) {
    day.setDate(day.getDate() + 1);
    return day;
  }
  const name = text.replace(/^(next|on|nächsten|nächste|am) /, "");
  const weekday = weekdayOf(name);
  if (weekday >= 0) {
    day.setDate(day.getDate() + ((weekday - day.getDay() + 7) % 7));
    return day;
  }
  return dateOf(name, now);
}

function weekdayOf(name: string): number {
  const plain = name.replace(/\.$/, "");
  return days.findIndex((names) =>
    names.some((one) => one === plain || (plain.length >= 3 && one.startsWith(plain))),
  );
}

function isWeekday(text: string): boolean {
  return weekdayOf(text.replace(/^(on|am) /, "")) >= 0;
}

function monthOf(name: string): number | undefined {
  if (name.length < 3) return undefined;
  const plain = name.replace(/\.$/, "");
  const at = months.findIndex((names) => names.some((one) => one.startsWith(plain)));
  return at < 0 ? undefined : at;
}

/** “3 mar”, “mar 3”, “3.12.” or “2026-12-03”; without a year the next time it is. */
function dateOf(text: string, now: Date): Date | undefined {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (iso !== null) return dateAt(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  const dotted = /^(\d{1,2})\.(\d{1,2})\.?(\d{4})?$/.exec(text);
  if (dotted !== null) return nextDate(now, Number(dotted[2]) - 1, Number(dotted[1]), dotted[3]);
  const [first = "", second = ""] = text.split(" ");
  const [day, month] = /^\d/.test(first) ? [first, second] : [second, first];
  const at = monthOf(month);
  const number = Number.parseInt(day, 10);
  return at === undefined || Number.isNaN(number) ? undefined : nextDate(now, at, number, undefined);
}

function nextDate(now: Date, month: number, day: number, year: string | undefined): Date | undefined {
  if (year !== undefined) return dateAt(Number(year), month, day);
  const here = dateAt(now.getFullYear(), month, day);
  const isPast = here !== undefined && here.getTime() + 86_400_000 < now.getTime();
  return isPast ? dateAt(now.getFullYear() + 1, month, day) : here;
}

/** Undefined for a day that no month has. */
function dateAt(year: number, month: number, day: number): Date | undefined {
  const date = new Date(year, month, day);
  return date.getMonth() === month && date.getDate() === day ? date : undefined;
}

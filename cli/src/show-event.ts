/** An event of an invitation in words: when, where, how often. */
import type { PlainCalendarInvite, RecurrenceRule } from "@posthorn/protocol";
import { formatTime, parseTime } from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import { dayIn, localTime } from "./times.ts";
import { clockAt, findZone } from "./zones.ts";

const mostNamed = 20;

/** The rows of an event that a person reads; its title and description stand elsewhere. */
export function eventRows(event: PlainCalendarInvite): string[][] {
  const { locations = {}, virtualLocations = {}, participants = {}, recurrenceRules = [], status } = event;
  const places = Object.values(locations).map(({ name, description }) => namesOf([name, description], ", "));
  const online = Object.values(virtualLocations).map(({ name, uri }) => namesOf([name, uri], " "));
  const guests = Object.values(participants).map(({ name, address, participationStatus: answer }) => {
    const who = namesOf([name, address === undefined ? undefined : `<${address}>`], " ");
    return answer === undefined || answer === "needs-action" ? who : `${who} (${answer})`;
  });
  const rows: [string, readonly string[], string][] = [
    ["When", [whenOf(event)], ""],
    ["Where", places, "; "],
    ["Online", online, "; "],
    ["Repeats", recurrenceRules.map(ruleWords), "; "],
    ["But not", occurrences(event, true), ", "],
    ["Changed on", occurrences(event, false), ", "],
    ["Guests", guests, ", "],
    ["Status", status === undefined || status === "confirmed" ? [] : [status], ""],
  ];
  return rows.flatMap(([label, items, separator]) => {
    const text = cleanLine(someOf(items.filter((item) => item !== "")).join(separator));
    return text === "" ? [] : [[label, text]];
  });
}

/** When an event is, by the clock here: `2026-12-01 12:30–13:30`, or `2026-12-01, all day`. */
export function whenOf(event: PlainCalendarInvite): string {
  const { startTime, duration, showWithoutTime } = event;
  const zone = event.timeZone === undefined ? undefined : findZone(event.timeZone);
  const endTime = formatTime(parseTime(startTime) + durationMs(duration));
  if (showWithoutTime === true) return daysOf(startTime, endTime, zone ?? "UTC");
  const start = localTime(startTime);
  const end = localTime(endTime);
  const isSameDay = start.slice(0, 10) === end.slice(0, 10);
  const until = start === end ? "" : isSameDay ? `–${end.slice(11)}` : ` – ${end}`;
  return `${start}${until}${elsewhere(startTime, zone)}`;
}

function daysOf(startTime: string, endTime: string, zone: string): string {
  const first = dayIn(startTime, zone);
  // An event that ends at midnight does not reach into the day that begins then.
  const last = dayIn(formatTime(Math.max(parseTime(startTime), parseTime(endTime) - 1)), zone);
  return first === last ? `${first}, all day` : `${first} – ${last}, all day`;
}

/** What the clock shows where the event is, when it is another time than here. */
function elsewhere(time: string, zone: string | undefined): string {
  if (zone === undefined) return "";
  const there = clockAt(parseTime(time), zone);
  const here = clockAt(parseTime(time), undefined);
  if (there.hour === here.hour && there.minute === here.minute && there.day === here.day) return "";
  return ` (${there.hour}:${String(there.minute).padStart(2, "0")} in ${zone})`;
}

/** RFC 8984 §1.4.6; a day is 24 hours here. */
function durationMs(duration: string | undefined): number {
  const [, ...parts] =
    /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration ?? "") ?? [];
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

const units: Readonly<Record<RecurrenceRule["frequency"], string>> = {
  yearly: "year",
  monthly: "month",
  weekly: "week",
  daily: "day",
  hourly: "hour",
  minutely: "minute",
  secondly: "second",
};
const dayNames = {
  mo: "Monday",
  tu: "Tuesday",
  we: "Wednesday",
  th: "Thursday",
  fr: "Friday",
  sa: "Saturday",
  su: "Sunday",
} as const;

function ruleWords(rule: RecurrenceRule): string {
  const { frequency, interval = 1, byDay = [], count, until } = rule;
  const parts = [interval === 1 ? `every ${units[frequency]}` : `every ${interval} ${units[frequency]}s`];
  const days = byDay.map(({ day, nthOfPeriod }) => `${nth(nthOfPeriod)}${dayNames[day]}`);
  if (days.length > 0) parts.push(`on ${days.join(", ")}`);
  if (hasMore(rule)) parts.push("on some dates only");
  const ends = count === undefined ? until && `until ${localText(until)}` : `${count} times`;
  return ends === undefined ? parts.join(" ") : `${parts.join(" ")}, ${ends}`;
}

function nth(number: number | undefined): string {
  if (number === undefined) return "";
  if (number === -1) return "the last ";
  return number < 0 ? `the ${ordinal(-number)} last ` : `the ${ordinal(number)} `;
}

function ordinal(number: number): string {
  return `${number}${["th", "st", "nd", "rd"][number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? "th"}`;
}

/** Conditions that take more words than a line has. */
function hasMore(rule: RecurrenceRule): boolean {
  const { byMonthDay, byMonth, byYearDay, byWeekNo, byHour, byMinute, bySecond, bySetPosition } = rule;
  const conditions = [byMonthDay, byMonth, byYearDay, byWeekNo, byHour, byMinute, bySecond, bySetPosition];
  return conditions.some((condition) => condition !== undefined);
}

/** The times by the event's own clock at which it is left out, or is otherwise than the others. */
function occurrences({ recurrenceOverrides = {} }: PlainCalendarInvite, isExcluded: boolean): string[] {
  return Object.entries(recurrenceOverrides)
    .filter(([, { excluded = false }]) => excluded === isExcluded)
    .map(([time]) => localText(time))
    .sort();
}

function localText(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}

function namesOf(names: readonly (string | undefined)[], separator: string): string {
  return names.filter((name) => name !== undefined && name !== "").join(separator);
}

function someOf(items: readonly string[]): string[] {
  const left = items.length - mostNamed;
  return left <= 0 ? [...items] : [...items.slice(0, mostNamed), `and ${left} more`];
}

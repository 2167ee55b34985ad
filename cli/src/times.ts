/** Times and lengths of time, as people write and read them. On the wire all of it is UTC. */
import { formatTime, parseTime } from "@posthorn/protocol";
import { clockAt, instantOf } from "./zones.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const unitsMs: Readonly<Record<string, number>> = {
  s: secondMs,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
};

/** `2026-11-25 14:02` by this machine's zone. */
export function localTime(time: string): string {
  const { hour, minute } = clockAt(parseTime(time), undefined);
  return `${dayIn(time, undefined)} ${two(hour)}:${two(minute)}`;
}

/** The day, `2026-11-25`, that a time falls on in a zone. */
export function dayIn(time: string, zone: string | undefined): string {
  const { year, month, day } = clockAt(parseTime(time), zone);
  return [year, month, day].map(two).join("-");
}

/** As `localTime`, with how far away it is: `2026-11-25 14:02 (in 4 min)`. */
export function localTimeAndDistance(time: string, nowMs: number): string {
  const distanceMs = parseTime(time) - nowMs;
  const length = shortLength(Math.abs(distanceMs));
  return `${localTime(time)} (${distanceMs >= 0 ? `in ${length}` : `${length} ago`})`;
}

/** The largest unit that says enough: `40 s`, `4 min`, `3 h`, `2 days`. */
export function shortLength(ms: number): string {
  if (ms < minuteMs) return `${Math.ceil(ms / secondMs)} s`;
  if (ms < hourMs) return `${Math.round(ms / minuteMs)} min`;
  if (ms < 2 * dayMs) return `${Math.round(ms / hourMs)} h`;
  return `${Math.round(ms / dayMs)} days`;
}

/** The length of time in `90s`, `30m`, `12h`, `7d` or `2w`, in milliseconds; undefined when it is none. */
export function findLengthMs(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,9})(s|m|h|d|w)$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  return count === undefined || unitMs === undefined ? undefined : Number(count) * unitMs;
}

/**
 * A time as a person writes it, in RFC 3339 and UTC: `2026-12-01 09:00` by the clock of `zone`, `09:00` for the next time
 * it is nine there, `+30m` from now, or RFC 3339 with any offset. The zone is this machine's when none is given.
 * Undefined when it is none of them.
 */
export function findTimeOf(text: string, nowMs: number, zone?: string): string | undefined {
  const ms =
    relativeTime(text, nowMs) ?? timeOfDay(text, nowMs, zone) ?? dateAndTime(text, zone) ?? offsetTime(text);
  return ms === undefined || !(Math.abs(ms) < 8e15) ? undefined : formatTime(ms);
}

/** The beginning of a day, `2026-12-01`, in a zone; undefined when it is no day. */
export function findDayOf(text: string, zone: string): string | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? dateAndTime(text, zone) : undefined;
  return ms === undefined ? undefined : formatTime(ms);
}

function relativeTime(text: string, nowMs: number): number | undefined {
  const lengthMs = text.startsWith("+") ? findLengthMs(text.slice(1)) : undefined;
  return lengthMs === undefined ? undefined : nowMs + lengthMs;
}

function timeOfDay(text: string, nowMs: number, zone: string | undefined): number | undefined {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  const today = { ...clockAt(nowMs, zone), hour: Number(hour), minute: Number(minute), second: 0 };
  const time = instantOf(today, zone);
  return time > nowMs ? time : instantOf({ ...today, day: today.day + 1 }, zone);
}

function dateAndTime(text: string, zone: string | undefined): number | undefined {
  const [, ...parts] =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?$/.exec(text) ?? [];
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts.map((part = "0") => Number(part));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  // 30 February would run over into March.
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1;
  return isReal ? instantOf({ year, month, day, hour, minute, second }, zone) : undefined;
}

function offsetTime(text: string): number | undefined {
  const form = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
  const ms = form.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** Times and lengths of time, as people write and read them. On the wire all of it is UTC. */
import { formatTime, parseTime } from "@posthorn/protocol";

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

/** `2026-11-25 14:02` by this machine's clock and zone. */
export function localTime(time: string): string {
  const date = new Date(parseTime(time));
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
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
 * A time as a person writes it, in RFC 3339 and UTC: `2026-12-01 09:00` by this machine's zone, `09:00` for the next time
 * it is nine, `+30m` from now, or RFC 3339 with any offset. Undefined when it is none of them.
 */
export function findTimeOf(text: string, nowMs: number): string | undefined {
  const ms = relativeTime(text, nowMs) ?? timeOfDay(text, nowMs) ?? dateAndTime(text) ?? offsetTime(text);
  return ms === undefined || !(Math.abs(ms) < 8e15) ? undefined : formatTime(ms);
}

function relativeTime(text: string, nowMs: number): number | undefined {
  const lengthMs = text.startsWith("+") ? findLengthMs(text.slice(1)) : undefined;
  return lengthMs === undefined ? undefined : nowMs + lengthMs;
}

function timeOfDay(text: string, nowMs: number): number | undefined {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  const time = new Date(nowMs);
  time.setHours(Number(hour), Number(minute), 0, 0);
  if (time.getTime() <= nowMs) time.setDate(time.getDate() + 1);
  return time.getTime();
}

function dateAndTime(text: string): number | undefined {
  const [, year, month, day, hour = "0", minute = "0", second = "0"] =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  const time = new Date(y, mo - 1, d, h, mi, s);
  // 30 February would run over into March.
  const isReal = time.getMonth() === mo - 1 && time.getDate() === d && h < 24 && mi < 60 && s < 60;
  return isReal ? time.getTime() : undefined;
}

function offsetTime(text: string): number | undefined {
  const form = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
  const ms = form.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/**
 * Dates of mail (RFC 5322 §3.3) and of JMAP (RFC 3339), from one to the other. Both have a local time and its offset, so
 * nothing is reckoned in between: no clock and no time zone of this machine has a part in it.
 */
import { findTime } from "@posthorn/protocol";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const dayMs = 86_400_000;
const longestDate = 200;

/** Zones that have a name (RFC 5322 §4.3); letters of the military are not known, as that says. */
const namedZones: Readonly<Record<string, string>> = {
  UT: "+0000",
  GMT: "+0000",
  UTC: "+0000",
  Z: "+0000",
  EST: "-0500",
  EDT: "-0400",
  CST: "-0600",
  CDT: "-0500",
  MST: "-0700",
  MDT: "-0600",
  PST: "-0800",
  PDT: "-0700",
};

/** The date of a header field without comments, as RFC 3339; undefined for what is none. */
export function findMailDate(text: string): string | undefined {
  if (text.length > longestDate) return undefined;
  const match =
    /^\s*(?:[A-Za-z]+\s*,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*[\s-]+(\d{2,4})\s+(\d{1,2})\s*:\s*(\d{2})(?:\s*:\s*(\d{2}))?(?:\s*([+-]\d{4}|[A-Za-z]{1,5})\b.*)?\s*$/s.exec(
      text,
    );
  if (match === null) return undefined;
  const [, day = "", monthName = "", year = "", hour = "", minute = "", second = "00", zone = "+0000"] =
    match;
  const month = months.findIndex((name) => name.toLowerCase() === monthName.toLowerCase()) + 1;
  const offset = /^[+-]/.test(zone) ? zone : (namedZones[zone.toUpperCase()] ?? "+0000");
  const seconds = second === "60" ? "59" : second;
  const local = `${fullYear(year)}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${seconds}`;
  return findJmapDate(`${local}${offset.slice(0, 3)}:${offset.slice(3)}`);
}

/** A date of JMAP as it is written at its shortest (RFC 8620 §1.4); undefined for what is none. */
export function findJmapDate(text: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(?:Z|([+-]\d{2}):(\d{2}))$/.exec(text);
  if (match === null) return undefined;
  const [, local = "", fraction = "", hours, minutes] = match;
  if (findTime(`${local}Z`) === undefined) return undefined;
  if (hours !== undefined && (Math.abs(Number(hours)) > 23 || Number(minutes) > 59)) return undefined;
  const isUtc = hours === undefined || (Number(hours) === 0 && Number(minutes) === 0);
  const kept = fraction.replace(/\.?0+$/, "");
  return `${local}${kept}${isUtc ? "Z" : `${hours}:${minutes}`}`;
}

/** A date of JMAP as milliseconds since 1970; undefined for what is none. */
export function findInstant(text: string): number | undefined {
  const date = findJmapDate(text);
  if (date === undefined) return undefined;
  const match = /^(.*?)(?:Z|([+-])(\d\d):(\d\d))$/.exec(date);
  const [, local = "", sign, hours = "0", minutes = "0"] = match ?? [];
  const at = findTime(`${local}Z`);
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return at === undefined ? undefined : at - (sign === "-" ? -offsetMs : offsetMs);
}

/** A date of JMAP as a header field has it. Throws RangeError for what is none. */
export function formatMailDate(text: string): string {
  const date = findJmapDate(text);
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|([+-]\d\d):(\d\d))$/.exec(date ?? "");
  if (match === null) throw new RangeError(`“${text.slice(0, 40)}” is not a date.`);
  const [, year = "", month = "", day = "", time = "", hours = "+00", minutes = "00"] = match;
  const since1970 = findTime(`${year}-${month}-${day}T00:00:00Z`) ?? 0;
  const weekday = days[(((since1970 / dayMs) % 7) + 7) % 7];
  return `${weekday}, ${Number(day)} ${months[Number(month) - 1]} ${year} ${time} ${hours}${minutes}`;
}

/** Years of two and three digits, as RFC 5322 §4.3 reads them. */
function fullYear(digits: string): string {
  const year = Number(digits);
  if (digits.length === 4) return digits;
  return String(digits.length === 2 && year < 50 ? 2000 + year : 1900 + year);
}

function two(value: string | number): string {
  return String(value).padStart(2, "0");
}

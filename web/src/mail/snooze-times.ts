/** When somebody means by “later today” and the like, in the zone of whoever reads. */

export interface SnoozeTime {
  kind: "today" | "tomorrow" | "weekend" | "week";
  at: Date;
}

const morning = 8;
const evening = 18;

/** What there is to choose from at this time: later today while there is an evening to come, the weekend before it has begun. */
export function snoozeTimes(now: Date): SnoozeTime[] {
  const times: SnoozeTime[] = [];
  const tonight = onDay(now, 0, evening);
  // An hour is the least that is later.
  if (tonight.getTime() - now.getTime() > 3_600_000) times.push({ kind: "today", at: tonight });
  times.push({ kind: "tomorrow", at: onDay(now, 1, morning) });
  const toSaturday = (6 - now.getDay() + 7) % 7;
  if (toSaturday > 1 && now.getDay() !== 0)
    times.push({ kind: "weekend", at: onDay(now, toSaturday, morning) });
  const toMonday = (8 - now.getDay()) % 7 || 7;
  if (toMonday > 1) times.push({ kind: "week", at: onDay(now, toMonday, morning) });
  return times;
}

/** By the calendar, for a day may have 23 hours. */
function onDay(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

/** As an input for date and time has it. */
export function localInput(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

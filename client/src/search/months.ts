/** Months of UTC, counted from January of the year 0: the same on all devices, wherever they are. */

export function monthOf(moment: number): number {
  const date = new Date(moment);
  return 12 * date.getUTCFullYear() + date.getUTCMonth();
}

export function yearOfMonth(month: number): number {
  return Math.floor(month / 12);
}

export function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1);
}

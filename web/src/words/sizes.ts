import { languageNow } from "./words.ts";

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

const times = ["second", "minute", "hour"] as const;

/** How large a file is, as people say it. */
export function fileSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit++;
  }
  return formatOf(units[unit] ?? "byte", size < 10 && unit > 0 ? 1 : 0).format(size);
}

/** How long something takes, as people say it: seconds below a minute, then minutes, then hours. */
export function timeLeft(seconds: number): string {
  if (seconds < 60) return formatOf("second", 0).format(Math.max(1, Math.ceil(seconds)));
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60
    ? formatOf("minute", 0).format(minutes)
    : formatOf("hour", 0).format(Math.ceil(minutes / 60));
}

/** To make one takes as long as to draw a row. */
const kept = new Map<string, Intl.NumberFormat>();

function formatOf(unit: (typeof units)[number] | (typeof times)[number], digits: number): Intl.NumberFormat {
  const key = `${languageNow()} ${unit} ${digits}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(languageNow(), {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: digits,
  });
  kept.set(key, made);
  return made;
}

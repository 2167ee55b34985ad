import { languageNow } from "./words.ts";

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** How large a file is, as people say it. */
export function fileSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit++;
  }
  return new Intl.NumberFormat(languageNow(), {
    style: "unit",
    unit: units[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  }).format(size);
}

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;
const factors: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};

/** `1 byte`, `812 bytes`, `47.1 KiB`, `5 GiB`. */
export function shortSize(bytes: number): string {
  if (bytes === 1) return "1 byte";
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  const rounded = unit === 0 || size >= 100 ? Math.round(size) : Math.round(size * 10) / 10;
  return `${rounded} ${units[unit]}`;
}

/** The bytes in `5GiB`, `500 MB` or `1000000`; undefined when it is no size. */
export function findSize(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?) ?([KMGT]?i?B?)$/i.exec(text) ?? [];
  const factor = factors[unit.toUpperCase()];
  if (count === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(count) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

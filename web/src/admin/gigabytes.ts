const gigabyte = 1_000_000_000;

/** Room in gigabytes, as it stands in a field. */
export function inGigabytes(bytes: number): string {
  return String(Math.round((bytes / gigabyte) * 100) / 100);
}

/** The bytes that a field says; undefined when it says no number of gigabytes. */
export function readGigabytes(text: string): number | undefined {
  const count = Number(text.replace(",", "."));
  const isGood = text.trim() !== "" && Number.isFinite(count) && count >= 0 && count < 1_000_000;
  return isGood ? Math.round(count * gigabyte) : undefined;
}

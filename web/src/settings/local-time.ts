/** Times of a `datetime-local` field, which has no zone: they are those of whoever sits before it. */

/** Empty for none. */
export function localTime(wire: string | null): string {
  if (wire === null || wire === "") return "";
  const at = new Date(wire);
  if (Number.isNaN(at.getTime())) return "";
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** In UTC to the second (RFC 8620 §1.4); null for none. */
export function wireTime(local: string): string | null {
  const at = new Date(local);
  return local === "" || Number.isNaN(at.getTime()) ? null : `${at.toISOString().slice(0, 19)}Z`;
}

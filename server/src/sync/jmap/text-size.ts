/** Characters of the texts in what is answered, as JSON would have them or a little fewer. */
export function textSizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return sum(value);
  return typeof value === "object" && value !== null ? sum(Object.values(value)) : 0;
}

function sum(values: readonly unknown[]): number {
  let size = 0;
  for (const value of values) size += textSizeOf(value);
  return size;
}

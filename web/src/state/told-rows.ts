/**
 * How a view whose list has changed is told: rows that were told before by their place then, and only the others whole, for
 * each that goes from thread to thread is copied twice.
 */

/** A value with rows, as it is told after another. */
export interface ToldAgain {
  /** With the rows alone that were not told before, in order. */
  value: unknown;
  /** Of each row its place among those told before, or null for the next of the value's. */
  places: (number | null)[];
}

/** What is to be told of `now` to who has heard of `before`; undefined when there is nothing in it to be left out. */
export function toldAfter(before: unknown, now: unknown): ToldAgain | undefined {
  if (!hasRows(before) || !hasRows(now)) return undefined;
  const placeOf = new Map(before.rows.map((row, place) => [row, place] as const));
  const places = now.rows.map((row) => placeOf.get(row) ?? null);
  if (places.every((place) => place === null)) return undefined;
  return { value: { ...now, rows: now.rows.filter((_, at) => places[at] === null) }, places };
}

/** The whole of what was told, by who has heard of `before`: its rows are the same. */
export function wholeOf(before: unknown, { value, places }: ToldAgain): unknown {
  if (!hasRows(before) || !hasRows(value)) return value;
  const fresh = value.rows.values();
  return {
    ...value,
    rows: places.map((place) => (place === null ? fresh.next().value : before.rows[place])),
  };
}

function hasRows(value: unknown): value is { rows: readonly unknown[] } {
  return typeof value === "object" && value !== null && "rows" in value && Array.isArray(value.rows);
}

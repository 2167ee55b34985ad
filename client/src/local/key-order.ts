/** The order of keys, which is the same in every store: part by part, numbers before texts, texts by UTF-16 code units. */
import type { Range } from "./local-store.ts";
import type { IndexKey } from "./table.ts";

/** Below zero when `a` comes before `b`. */
export function compareKeys(a: IndexKey, b: IndexKey): number {
  for (const [at, part] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareParts(a: number | string, b: number | string): number {
  if (typeof a === "number") return typeof b === "number" ? a - b : -1;
  if (typeof b === "number") return 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A place between keys: before `key` and all that begin with it, or beyond them. */
export interface KeyPlace {
  readonly key: IndexKey;
  readonly isBeyond: boolean;
}

/** Where a range begins and ends; undefined where it has no end. */
export interface Bounds {
  readonly lower: KeyPlace | undefined;
  readonly upper: KeyPlace | undefined;
}

export function boundsOf({ prefix, from, after, to, before }: Range<string>): Bounds {
  return {
    lower: placeOf(from ?? prefix, after, { inclusive: false, exclusive: true }),
    upper: placeOf(to ?? prefix, before, { inclusive: true, exclusive: false }),
  };
}

function placeOf(
  inclusive: IndexKey | undefined,
  exclusive: IndexKey | undefined,
  isBeyond: { inclusive: boolean; exclusive: boolean },
): KeyPlace | undefined {
  const key = exclusive ?? inclusive;
  if (key === undefined || key.length === 0) return undefined;
  return { key, isBeyond: exclusive === undefined ? isBeyond.inclusive : isBeyond.exclusive };
}

/** Below zero when the key lies before the place, above when beyond it; never zero. */
export function comparePlace(key: IndexKey, place: KeyPlace): number {
  const begins = place.key.every((part, at) => key[at] === part);
  if (begins) return place.isBeyond ? -1 : 1;
  return compareKeys(key, place.key);
}

/** Whether no key can lie between the bounds. */
export function isEmpty({ lower, upper }: Bounds): boolean {
  if (lower === undefined || upper === undefined) return false;
  if (compareKeys(lower.key, upper.key) === 0) return lower.isBeyond || !upper.isBeyond;
  // What begins with the other's key lies before it or beyond it, as the other says.
  return lower.key.length < upper.key.length
    ? comparePlace(upper.key, lower) < 0
    : comparePlace(lower.key, upper) > 0;
}

/** Throws Error, for it is a fault of the program, unless a row's own key is one that all stores order alike. */
export function checkRowKey(key: string): void {
  if (!/^[ -~]{1,1000}$/.test(key)) {
    throw new Error(`A row's key has 1 to 1,000 characters of ASCII, not “${key.slice(0, 100)}”.`);
  }
}

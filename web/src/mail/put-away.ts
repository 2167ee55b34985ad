/**
 * What somebody has just put away is gone from the list before the worker has said so: the pages that are here, read without
 * it. Indexes are of the list as it is shown, places of the pages as they were told.
 */
import type { ThreadPage } from "../state/worker/list-threads.ts";

/** Where these threads stand in the pages, in order. Pages are called by their number. */
export function placesOf(
  pages: ReadonlyMap<number, { rows: readonly { threadId: string }[] }>,
  pageSize: number,
  threadIds: Pick<ReadonlySet<string>, "has">,
): number[] {
  const places: number[] = [];
  for (const [page, { rows }] of pages) {
    for (const [at, { threadId }] of rows.entries()) {
      if (threadIds.has(threadId)) places.push(page * pageSize + at);
    }
  }
  return places.sort((a, b) => a - b);
}

/** The place of what is shown at an index, when nothing at `gone` is shown. */
export function placeAt(index: number, gone: readonly number[]): number {
  return gone.reduce((place, one) => (one <= place ? place + 1 : place), index);
}

/** At which index a place is shown. */
export function indexAt(place: number, gone: readonly number[]): number {
  return place - gone.filter((one) => one < place).length;
}

/** How many of each age are left. */
export function agesWithout(ages: ThreadPage["ages"], gone: readonly number[]): ThreadPage["ages"] {
  if (ages === null || gone.length === 0) return ages;
  const left = { ...ages };
  const ends = { today: ages.today, yesterday: ages.today + ages.yesterday };
  for (const place of gone) {
    if (place < ends.today) left.today--;
    else if (place < ends.yesterday) left.yesterday--;
    else if (place < ends.yesterday + ages.week) left.week--;
  }
  return left;
}

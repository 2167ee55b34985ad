/**
 * Which segments become one. Few segments are searched fast, and few large ones are rewritten seldom: so those of one
 * month become one while they are of similar size, and once a year is indexed to its beginning, so do its months that are
 * over.
 */
import { monthOf, startOfYear, yearOfMonth } from "./months.ts";

export interface MergeLimits {
  /** Messages and bytes that no merged segment has more of. */
  largestDocs: number;
  largestBytes: number;
}

export interface Mergeable {
  newest: number;
  docs: number;
  /** Of them, those that a merge would leave out. */
  outdated: number;
  bytes: number;
}

/** The largest one in a merge has at most so many times the messages of all smaller ones. */
const mostTimesLarger = 2;

/** Segments that should be merged now; one, to be written without what is outdated; none when all is well. */
export function dueMerge<Part extends Mergeable>(
  segments: readonly Part[],
  oldestIndexed: number,
  limits: MergeLimits,
): readonly Part[] {
  const outdated = segments.find(({ docs, outdated }) => outdated > 0 && outdated >= docs / 2);
  if (outdated !== undefined) return [outdated];
  const newestMonth = Math.max(...segments.map(({ newest }) => monthOf(newest)));
  const small = segments.filter(
    ({ docs, bytes }) => docs <= limits.largestDocs / 2 && bytes <= limits.largestBytes / 2,
  );
  const groups = Map.groupBy(small, ({ newest }) => {
    const month = monthOf(newest);
    const year = yearOfMonth(month);
    const isOver = month < newestMonth && oldestIndexed < startOfYear(year);
    return isOver ? `year ${year}` : `month ${month}`;
  });
  for (const group of groups.values()) {
    const chosen = similar(group, limits);
    if (chosen.length > 1) return chosen;
  }
  return [];
}

/** The most of the group that fit together: from the smallest on, none much larger than all before it. */
function similar<Part extends Mergeable>(group: readonly Part[], limits: MergeLimits): readonly Part[] {
  const sorted = group.toSorted((a, b) => a.docs - b.docs);
  const chosen: Part[] = [];
  let [docs, bytes, worth] = [0, 0, 0];
  for (const part of sorted) {
    docs += part.docs;
    bytes += part.bytes;
    if (docs > limits.largestDocs || bytes > limits.largestBytes) break;
    chosen.push(part);
    const isSimilar = chosen.length > 1 && part.docs <= mostTimesLarger * (docs - part.docs);
    if (isSimilar) worth = chosen.length;
  }
  return chosen.slice(0, worth);
}

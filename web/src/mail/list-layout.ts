/** Where the rows and headings of a list stand, in pixels from its top. */
import type { ThreadPage } from "../state/worker/list-threads.ts";
import type { Age } from "../words/dates.ts";

export const headingHeight = 28;

interface Heading {
  age: Age;
  /** Of the row below it. */
  index: number;
}

export interface ListLayout {
  height: number;
  headings: readonly Heading[];
  topOf(index: number): number;
  /** The row at a height, or the nearest. */
  rowAt(top: number): number;
}

export function layOut(total: number, ages: ThreadPage["ages"], rowHeight: number): ListLayout {
  const headings = ages === null ? [] : headingsOf(total, ages);
  const before = (row: number) => headings.filter((heading) => heading.index <= row).length;
  const topOf = (row: number) => row * rowHeight + before(row) * headingHeight;
  return {
    height: total * rowHeight + headings.length * headingHeight,
    headings,
    topOf,
    rowAt(top) {
      let row = Math.floor(top / rowHeight);
      while (row > 0 && topOf(row) > top) row--;
      return Math.min(Math.max(0, row), Math.max(0, total - 1));
    },
  };
}

function headingsOf(total: number, ages: NonNullable<ThreadPage["ages"]>): Heading[] {
  const headings: Heading[] = [];
  let index = 0;
  for (const [age, count] of [
    ["today", ages.today],
    ["yesterday", ages.yesterday],
    ["week", ages.week],
    ["earlier", total - ages.today - ages.yesterday - ages.week],
  ] as const) {
    if (count <= 0) continue;
    headings.push({ age, index });
    index += count;
  }
  return headings;
}

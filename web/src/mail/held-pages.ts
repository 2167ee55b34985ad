/** Pages of a list that are held still while somebody points at them. */
import { isSame } from "../state/same.ts";

interface Page<Row> {
  rows: Row[];
  total: number;
}

interface Named {
  threadId: string;
}

/** Whether all stand where they stood; others may have come below them, as they do while a mailbox is still being read. */
export function hasOnlyGrown(known: Page<Named>, now: Page<Named>): boolean {
  return (
    known.total <= now.total &&
    known.rows.length <= now.rows.length &&
    known.rows.every(({ threadId }, at) => threadId === now.rows[at]?.threadId)
  );
}

/** Whether rows have only gone; those that have come up from the next page stand at its end. */
export function hasOnlyLost(known: Page<Named>, now: Page<Named>): boolean {
  const before = new Map(known.rows.map(({ threadId }, at) => [threadId, at] as const));
  let last = -1;
  let isAtEnd = false;
  for (const { threadId } of now.rows) {
    const was = before.get(threadId);
    if (was === undefined) isAtEnd = true;
    else if (isAtEnd || was < last) return false;
    else last = was;
  }
  return now.total < known.total;
}

/** The rows where they were, with what they say now. */
export function withNewContent<Row extends Named, Whole extends Page<Row>>(
  known: Whole,
  now: Page<Row>,
): Whole {
  const byThread = new Map(now.rows.map((row) => [row.threadId, row] as const));
  return { ...known, rows: known.rows.map((row) => byThread.get(row.threadId) ?? row) };
}

/** How many of the first page have come, or come up, since it was held. What has come up from the next page stands at its end. */
export function newAmong(known: Page<Named> | undefined, pending: Page<Named> | undefined): number {
  if (known === undefined || pending === undefined) return 0;
  const here = new Set(known.rows.map(({ threadId }) => threadId));
  const there = new Set(pending.rows.map(({ threadId }) => threadId));
  const stayed = known.rows.map(({ threadId }) => threadId).filter((threadId) => there.has(threadId));
  const cameUp = new Set<string>();
  let next = 0;
  let count = 0;
  let unknown = 0;
  for (const { threadId } of pending.rows) {
    if (!here.has(threadId)) {
      unknown++;
      continue;
    }
    count += unknown;
    unknown = 0;
    while (cameUp.has(stayed[next] ?? "")) next++;
    if (threadId === stayed[next]) next++;
    else {
      cameUp.add(threadId);
      count++;
    }
  }
  return count;
}

/** `now`, with the rows of before that say the same as they do now: what has not changed is not drawn anew. */
export function withSameRows<Row extends Named, Whole extends Page<Row>>(
  known: Page<Row> | undefined,
  now: Whole,
): Whole {
  if (known === undefined) return now;
  const byThread = new Map(known.rows.map((row) => [row.threadId, row] as const));
  const rows = now.rows.map((row) => {
    const before = byThread.get(row.threadId);
    return before !== undefined && isSame(before, row) ? before : row;
  });
  return { ...now, rows };
}

/** The orders in which mail can be listed (RFC 8621 §4.4.2), where it is not that in which it was received. */
import { listObjectsById, type StoredObject } from "../store/object-store.ts";
import { comparePlaces } from "../store/query-places.ts";
import { baseSubject } from "./base-subject.ts";
import { type Collation, collate } from "./collate.ts";
import { type Found, type QueryContext, QueryTooWide, spendLooks } from "./query-context.ts";
import type { Test } from "./query-filter.ts";
import { type FoundPages, knowThreads } from "./query-results.ts";

export type Comparator = { isAscending: boolean } & (
  | { by: "receivedAt" | "sentAt" | "size" }
  | { by: "from" | "to" | "subject"; collation: Collation }
  | { by: "keyword" | "allInThread" | "someInThread"; keyword: string }
);

/** They lie in memory together. */
const mostSorted = 200_000;
/** Sorted or put together in one slice. */
const slice = 4_000;

interface Sorted extends Found {
  conversation: string;
  keys: readonly (string | number)[];
}

/** What was found in the order of these comparators; the newest first of those that they find the same. */
export async function sortFound(
  ctx: QueryContext,
  pages: FoundPages,
  comparators: readonly Comparator[],
): Promise<Required<Found>[]> {
  const all: Sorted[] = [];
  for await (const page of pages) {
    all.push(...(await withKeys(ctx, page, comparators)));
    if (all.length > mostSorted) throw new QueryTooWide();
    await ctx.turn();
  }
  const signs = comparators.map(({ isAscending }) => (isAscending ? 1 : -1));
  return inSlices(ctx, all, (a, b) => {
    for (const [index, sign] of signs.entries()) {
      const one = a.keys[index] ?? 0;
      const other = b.keys[index] ?? 0;
      if (one !== other) return one < other ? -sign : sign;
    }
    return comparePlaces(b.place, a.place);
  });
}

async function withKeys(
  ctx: QueryContext,
  found: readonly Found[],
  comparators: readonly Comparator[],
): Promise<Sorted[]> {
  spendLooks(ctx, 2 * found.length);
  const ids = found.map(({ place }) => place.id);
  const objects = new Map((await listObjectsById(ctx.db, ctx.accountId, ids)).map((one) => [one.id, one]));
  const threadTests = comparators.map(testOf).filter((test) => test !== undefined);
  const inThreads = await knowThreads(ctx, [...objects.values()], threadTests);
  const keyOf = (comparator: Comparator, object: StoredObject) => {
    const test = testOf(comparator);
    return test === undefined ? ownKey(ctx, comparator, object) : Number(inThreads(test, object) === true);
  };
  return found.flatMap(({ place }) => {
    const object = objects.get(place.id);
    if (object === undefined) return [];
    const keys = comparators.map((comparator) => keyOf(comparator, object));
    return [{ place, conversation: object.conversation, keys }];
  });
}

/** What it asks of a message's thread. */
function testOf(comparator: Comparator): Test | undefined {
  if (comparator.by !== "allInThread" && comparator.by !== "someInThread") return undefined;
  return {
    by: "thread",
    has: comparator.by === "allInThread" ? "all" : "some",
    keyword: comparator.keyword,
  };
}

function ownKey({ reading }: QueryContext, comparator: Comparator, object: StoredObject): string | number {
  switch (comparator.by) {
    case "receivedAt":
      return object.receivedAt;
    case "sentAt":
      return object.sentAt;
    case "size":
      return object.sizeBytes;
    case "keyword":
      return Number(object.keywords.includes(comparator.keyword));
    case "from":
    case "to":
      return collate(reading.ofRow(object).first[comparator.by], comparator.collation);
    case "subject":
      return collate(baseSubject(object.subject ?? ""), comparator.collation);
    default:
      return 0;
  }
}

/** Sorts in slices that let others come in between. */
async function inSlices<Item>(
  { turn }: QueryContext,
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Promise<Item[]> {
  let runs: Item[][] = [];
  for (let at = 0; at < items.length; at += slice) {
    runs.push(items.slice(at, at + slice).sort(compare));
    await turn();
  }
  while (runs.length > 1) {
    const longer: Item[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      longer.push(await putTogether(turn, runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = longer;
  }
  return runs[0] ?? [];
}

async function putTogether<Item>(
  turn: () => Promise<void>,
  left: readonly Item[],
  right: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Promise<Item[]> {
  const all: Item[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const one = left[l];
    const other = right[r];
    const takesLeft = other === undefined || (one !== undefined && compare(one, other) <= 0);
    const next = takesLeft ? one : other;
    if (next === undefined) break;
    all.push(next);
    if (takesLeft) l++;
    else r++;
    if (all.length % slice === 0) await turn();
  }
  return all;
}

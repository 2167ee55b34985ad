/** Messages of mailboxes in their order, read in slices that let others come in between. */
import { listMarked } from "../store/query-marks.ts";
import {
  comparePlaces,
  countPlaces,
  findPlace,
  listPlaces,
  listPlacesThat,
  type Place,
  type RowTest,
  type Stretch,
} from "../store/query-places.ts";
import { type Direction, type QueryContext, spendLooks } from "./query-context.ts";

/** Places in the order of a direction, some at a time. */
export type Pages = AsyncGenerator<readonly Place[]>;

/** Read at once: few at first, because most queries want few. */
const firstPage = 64;
const longestPage = 1_000;
/** Looked at in one statement, or skipped and counted by the key alone. */
const longestPiece = 2_500;
const longestSkip = 20_000;

/** The places of a stretch. */
export async function* walkMailbox(ctx: QueryContext, stretch: Stretch): Pages {
  let { after } = stretch;
  for (let length = firstPage; ; length = Math.min(4 * length, longestPage)) {
    const page = await listPlaces(ctx.db, { ...stretch, after }, length);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < length) return;
    spendLooks(ctx, page.length / 10);
    if (length === longestPage) await ctx.turn();
    after = last;
  }
}

/** Those places of a stretch whose rows meet these tests. */
export async function* walkThat(ctx: QueryContext, stretch: Stretch, tests: readonly RowTest[]): Pages {
  let { after } = stretch;
  for (let length = firstPage; ; length = Math.min(4 * length, longestPiece)) {
    const end = await findPlace(ctx.db, { ...stretch, after }, length - 1);
    const page = await listPlacesThat(ctx.db, { ...stretch, after, until: end ?? stretch.until }, tests);
    if (page.length > 0) yield page;
    if (end === undefined) return;
    spendLooks(ctx, (tests.length * length) / 4);
    if (length === longestPiece) await ctx.turn();
    after = end;
  }
}

/** Those places of a stretch that are marked by a keyword, but for those of which the marks know nothing. */
export async function* walkMarked(
  ctx: QueryContext,
  stretch: Stretch,
  keyword: string,
  isUnknown: (id: number) => boolean,
): Pages {
  let { after } = stretch;
  for (let length = firstPage; ; length = Math.min(4 * length, longestPage)) {
    const page = await listMarked(ctx.db, { ...stretch, after }, keyword, length);
    const known = page.filter(({ id }) => !isUnknown(id));
    if (known.length > 0) yield known;
    const last = page.at(-1);
    if (last === undefined || page.length < length) return;
    spendLooks(ctx, page.length / 10);
    if (length === longestPage) await ctx.turn();
    after = last;
  }
}

/** Places at hand, after `after`. */
export async function* walkPlaces(places: readonly Place[], direction: Direction, after?: Place): Pages {
  const left = inOrder(places, direction).filter(
    (place) => after === undefined || comparePlaces(place, after) < 0 === (direction === "down"),
  );
  for (let at = 0; at < left.length; at += firstPage) yield left.slice(at, at + firstPage);
}

export function inOrder(places: readonly Place[], direction: Direction): Place[] {
  const sign = direction === "down" ? -1 : 1;
  return places.toSorted((a, b) => sign * comparePlaces(a, b));
}

/** All of these together in one order, each place once. */
export async function* merged(walks: readonly Pages[], direction: Direction): Pages {
  const [only] = walks;
  if (walks.length === 1 && only !== undefined) {
    yield* only;
    return;
  }
  const heads = await Promise.all(walks.map(begin));
  let last: Place | undefined;
  let page: Place[] = [];
  for (;;) {
    const head = firstOf(heads, direction);
    const place = head?.page[head.next];
    if (head === undefined || place === undefined) break;
    if (last === undefined || comparePlaces(last, place) !== 0) page.push(place);
    last = place;
    head.next++;
    if (head.next < head.page.length) continue;
    // What is at hand is given before more is read.
    if (page.length >= firstPage) {
      yield page;
      page = [];
    }
    await turnOver(head);
  }
  if (page.length > 0) yield page;
}

interface Head {
  walk: Pages;
  page: readonly Place[];
  next: number;
}

async function begin(walk: Pages): Promise<Head> {
  const head: Head = { walk, page: [], next: 0 };
  await turnOver(head);
  return head;
}

async function turnOver(head: Head): Promise<void> {
  const { done, value } = await head.walk.next();
  head.page = done === true ? [] : value;
  head.next = 0;
}

function firstOf(heads: readonly Head[], direction: Direction): Head | undefined {
  let first: Head | undefined;
  for (const head of heads) {
    const place = head.page[head.next];
    const best = first?.page[first.next];
    if (place === undefined) continue;
    if (best === undefined || comparePlaces(place, best) > 0 === (direction === "down")) first = head;
  }
  return first;
}

/** The place after `offset` others of a stretch; undefined when it has no more. */
export async function skipPlaces(
  ctx: QueryContext,
  stretch: Stretch,
  offset: number,
): Promise<Place | undefined> {
  let { after } = stretch;
  let left = offset;
  while (left >= longestSkip) {
    const end = await findPlace(ctx.db, { ...stretch, after }, longestSkip - 1);
    if (end === undefined) return undefined;
    await ctx.turn();
    after = end;
    left -= longestSkip;
  }
  return findPlace(ctx.db, { ...stretch, after }, left);
}

/** How many places a stretch has. */
export async function countStretch(ctx: QueryContext, stretch: Stretch): Promise<number> {
  let { after } = stretch;
  for (let count = 0; ; count += longestSkip) {
    const end = await findPlace(ctx.db, { ...stretch, after }, longestSkip - 1);
    if (end === undefined) return count + (await countPlaces(ctx.db, { ...stretch, after }));
    await ctx.turn();
    after = end;
  }
}

export function opposite(direction: Direction): Direction {
  return direction === "down" ? "up" : "down";
}

/** A place just before this one in a direction: what goes on after it begins with this one. */
export function justBefore({ receivedAt, id }: Place, direction: Direction): Place {
  return { receivedAt, id: direction === "down" ? id + 1 : id - 1 };
}

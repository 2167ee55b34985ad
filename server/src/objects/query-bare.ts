/** A window of a mailbox as it lies there, which is what most clients show: nothing is looked at but its key. */
import { findPlace, listPlaces, type Place, type Stretch } from "../store/query-places.ts";
import { findCounts } from "../store/query-traits.ts";
import type { Direction, QueryContext } from "./query-context.ts";
import type { Shown, Window } from "./query-mails.ts";
import { isUnbounded, type Plan } from "./query-plan.ts";
import { stretchOf } from "./query-source.ts";
import { countStretch, justBefore, opposite, skipPlaces } from "./query-walk.ts";

/** A part of one mailbox in one direction. */
interface Bare {
  ctx: QueryContext;
  direction: Direction;
  whole: Stretch;
  /** The same the other way round. */
  back: Stretch;
  /** How many messages it has, where that is counted as they come and go. */
  kept: number | undefined;
}

/** The index of the first that is shown, and the place it comes after. */
interface Start {
  position: number;
  after: Place;
}

/** What came while the query was carried out is left out, so a few more are read. */
const spare = 8;

export async function showBare(
  ctx: QueryContext,
  of: { plan: Plan; mailbox: number; direction: Direction },
  window: Window,
  how: { withTotal: boolean; anchor: Place | undefined },
): Promise<Shown> {
  const bare = await bareOf(ctx, of);
  const start =
    window.from === "position"
      ? await startAt(bare, window.position)
      : await startNear(bare, how.anchor ?? bare.whole.after, window.offset);
  const places = await listPlaces(ctx.db, { ...bare.whole, after: start.after }, window.limit + spare);
  const ids = places.map(({ id }) => id).filter((id) => id <= ctx.newestId);
  return {
    ids: ids.slice(0, window.limit),
    position: start.position,
    total: how.withTotal ? await count(bare) : undefined,
  };
}

async function bareOf(
  ctx: QueryContext,
  { plan, mailbox, direction }: { plan: Plan; mailbox: number; direction: Direction },
): Promise<Bare> {
  const counts = isUnbounded(plan) ? await findCounts(ctx.db, ctx.accountId, mailbox) : undefined;
  return {
    ctx,
    direction,
    whole: stretchOf(ctx, plan.span, mailbox, direction),
    back: stretchOf(ctx, plan.span, mailbox, opposite(direction)),
    kept: counts?.messages,
  };
}

async function count({ ctx, whole, kept }: Bare): Promise<number> {
  return kept ?? countStretch(ctx, whole);
}

async function startAt(bare: Bare, position: number): Promise<Start> {
  const { ctx, direction, whole, back, kept } = bare;
  if (position < 0) return startAt(bare, Math.max(0, (await count(bare)) + position));
  if (position === 0) return { position, after: whole.after };
  if (kept !== undefined && position > kept / 2) {
    const place = position < kept ? await skipPlaces(ctx, back, kept - 1 - position) : undefined;
    return place === undefined ? end(bare) : { position, after: justBefore(place, direction) };
  }
  const last = await skipPlaces(ctx, whole, position - 1);
  return last === undefined ? end(bare) : { position, after: last };
}

async function startNear(bare: Bare, anchor: Place, offset: number): Promise<Start> {
  const { ctx, direction, whole, back } = bare;
  const rank = await rankOf(bare, anchor);
  const position = Math.max(0, rank + offset);
  if (position === 0) return { position, after: whole.after };
  if (position === rank) return { position, after: justBefore(anchor, direction) };
  if (position === rank + 1) return { position, after: anchor };
  if (position > rank) {
    const last = await skipPlaces(ctx, { ...whole, after: anchor }, position - rank - 2);
    return last === undefined ? end(bare) : { position, after: last };
  }
  const place = await skipPlaces(ctx, { ...back, after: anchor }, rank - 1 - position);
  return { position, after: place === undefined ? whole.after : justBefore(place, direction) };
}

async function end(bare: Bare): Promise<Start> {
  return { position: await count(bare), after: bare.whole.until };
}

async function rankOf(bare: Bare, place: Place): Promise<number> {
  const [ranked] = await rankAll(bare, [place]);
  return ranked?.index ?? 0;
}

/** The index of each of these places of a mailbox, which come in its order; counted from the end that each is nearer to. */
export async function rankPlaces(
  ctx: QueryContext,
  of: { plan: Plan; mailbox: number; direction: Direction },
  places: readonly Place[],
): Promise<{ id: number; index: number }[]> {
  return rankAll(await bareOf(ctx, of), places);
}

async function rankAll(bare: Bare, places: readonly Place[]): Promise<{ id: number; index: number }[]> {
  const { ctx, direction, whole, back, kept } = bare;
  const first = await findPlace(ctx.db, whole, 0);
  const last = await findPlace(ctx.db, back, 0);
  const isNearFirst = ({ receivedAt }: Place) =>
    kept === undefined ||
    Math.abs((first?.receivedAt ?? 0) - receivedAt) <= Math.abs((last?.receivedAt ?? 0) - receivedAt);
  const near = places.filter(isNearFirst);
  const far = places.filter((place) => !isNearFirst(place)).toReversed();
  const ahead = await countOn(ctx, whole, near, direction);
  const behind = await countOn(ctx, back, far, opposite(direction));
  const end = (kept ?? 0) - 1;
  return [...ahead, ...behind.map(({ id, index }) => ({ id, index: Math.max(0, end - index) })).toReversed()];
}

/** The index of each place in a stretch, from one to the next. */
async function countOn(
  ctx: QueryContext,
  stretch: Stretch,
  places: readonly Place[],
  direction: Direction,
): Promise<{ id: number; index: number }[]> {
  const ranked: { id: number; index: number }[] = [];
  let { after } = stretch;
  let index = 0;
  for (const place of places) {
    index += await countStretch(ctx, { ...stretch, after, until: justBefore(place, direction) });
    ranked.push({ id: place.id, index });
    index++;
    after = place;
  }
  return ranked;
}

/** Queries of mail (RFC 8621 §4.4): which messages meet a filter, in which order, and a window of them. */
import { comparePlaces, type Place } from "../store/query-places.ts";
import { findCounts, listTraits } from "../store/query-traits.ts";
import { showBare } from "./query-bare.ts";
import type { Direction, Query, QueryContext } from "./query-context.ts";
import { bareMailbox, isUnbounded, type Plan, planQuery } from "./query-plan.ts";
import { type FoundPages, findAll, firstOfThreads, keepThose } from "./query-results.ts";
import { sortFound } from "./query-sort.ts";

/** Which part of the results: from a position, from the end when below zero, or from so many after or before a message. */
export type Window =
  | { from: "position"; position: number; limit: number }
  | { from: "anchor"; anchor: number; offset: number; limit: number };

export interface Shown {
  ids: readonly number[];
  /** Of the first of `ids` in the whole, or of the end when it lies beyond that. */
  position: number;
  total?: number | undefined;
}

/** Undefined when the anchor is not among the results. Throws QueryTooWide. */
export async function queryMails(
  ctx: QueryContext,
  query: Query,
  window: Window,
  withTotal: boolean,
): Promise<Shown | undefined> {
  const plan = await planQuery(ctx, query.filter);
  const direction = directionOf(query);
  const anchor = window.from === "anchor" ? await findAnchor(ctx, query, window.anchor) : undefined;
  if (window.from === "anchor" && anchor === undefined) return undefined;
  const mailbox = bareMailbox(plan);
  if (mailbox !== undefined && direction !== undefined && !query.collapseThreads)
    return showBare(ctx, { plan, mailbox, direction }, window, { withTotal, anchor });
  const known = await knownTotal(ctx, query, plan);
  const results = resultsOf(ctx, query, plan);
  const isPast = (place: Place) =>
    anchor !== undefined &&
    direction !== undefined &&
    comparePlaces(place, anchor) < 0 === (direction === "down");
  return collect(results, window, { withTotal, known, isPast });
}

/** How many results there are, where that is counted as they come and go. */
export async function knownTotal(ctx: QueryContext, query: Query, plan: Plan): Promise<number | undefined> {
  const mailbox = bareMailbox(plan);
  if (mailbox === undefined || !isUnbounded(plan)) return undefined;
  const counts = await findCounts(ctx.db, ctx.accountId, mailbox);
  return (query.collapseThreads ? counts?.threads : counts?.messages) ?? 0;
}

/** In which direction the order of mailboxes is the one that is asked for; undefined when it is another order. */
export function directionOf({ sort }: Pick<Query, "sort">): Direction | undefined {
  const [first, second] = sort;
  if (first === undefined) return "down";
  if (first.by !== "receivedAt" || second !== undefined) return undefined;
  return first.isAscending ? "up" : "down";
}

async function findAnchor(ctx: QueryContext, query: Query, id: number): Promise<Place | undefined> {
  const [traits] = await listTraits(ctx.db, ctx.accountId, [id]);
  if (traits === undefined) return undefined;
  const place = { receivedAt: traits.receivedAt, id };
  const [kept] = await keepThose(ctx, [place], query.filter);
  return kept?.place;
}

/** All results of a query in its order. */
async function* resultsOf(ctx: QueryContext, query: Query, plan: Plan): FoundPages {
  const { collapseThreads } = query;
  const direction = directionOf(query);
  if (direction !== undefined) {
    yield* findAll(ctx, plan, { direction, collapseThreads });
    return;
  }
  const all = findAll(ctx, plan, { direction: "down", collapseThreads: false });
  const sorted = await sortFound(ctx, all, query.sort);
  yield collapseThreads ? firstOfThreads(sorted, new Set()) : sorted;
}

interface Collecting {
  withTotal: boolean;
  /** How many there are, where it is known beforehand. */
  known: number | undefined;
  /** Whether an anchor would have come before this place. */
  isPast(place: Place): boolean;
}

/** Goes through results as far as a window needs. */
async function collect(
  results: FoundPages,
  window: Window,
  { withTotal, known, isPast }: Collecting,
): Promise<Shown | undefined> {
  const ids: number[] = [];
  let anchorAt = -1;
  let end = window.from === "position" && window.position >= 0 ? window.position + window.limit : Infinity;
  const isEnough = () => ids.length >= end && (!withTotal || known !== undefined);
  for await (const page of results) {
    for (const { place } of page) {
      if (window.from === "anchor" && place.id === window.anchor) {
        anchorAt = ids.length;
        end = Math.max(anchorAt + window.offset, 0) + window.limit;
      }
      ids.push(place.id);
    }
    const last = page.at(-1);
    if (window.from === "anchor" && anchorAt < 0 && last !== undefined && isPast(last.place))
      return undefined;
    if (isEnough() || ids.length === known) break;
  }
  if (window.from === "anchor" && anchorAt < 0) return undefined;
  const first = window.from === "anchor" ? anchorAt + window.offset : window.position;
  const fromStart = first < 0 && window.from === "position" ? ids.length + first : first;
  const position = Math.min(Math.max(fromStart, 0), ids.length);
  return {
    ids: ids.slice(position, position + window.limit),
    position,
    total: withTotal ? (known ?? ids.length) : undefined,
  };
}

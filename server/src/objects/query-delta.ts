/** What has become of the results of a query since a state (RFC 8620 §5.6), for orders that a mailbox is kept in. */
import { type Change, isKnownState, listChanges } from "../store/change-store.ts";
import type { Place } from "../store/query-places.ts";
import { listOfThreads, listTraits } from "../store/query-traits.ts";
import { rankPlaces } from "./query-bare.ts";
import type { Direction, Query, QueryContext } from "./query-context.ts";
import { testsOf } from "./query-filter.ts";
import { directionOf, knownTotal } from "./query-mails.ts";
import { bareMailbox, type Plan, planQuery } from "./query-plan.ts";
import { findAll, keepThose } from "./query-results.ts";
import { stretchOf } from "./query-source.ts";
import { countStretch, inOrder } from "./query-walk.ts";

export interface Delta {
  /** Some of them may never have been there. */
  removed: readonly number[];
  /** Where each is now, the first first. What has changed and is still there is in both lists. */
  added: readonly { id: number; index: number }[];
  total: number | undefined;
}

/** More changes than that are not followed: to query anew is cheaper. */
const mostChanges = 1_000;
const mostOfThreads = 5_000;

/**
 * Whether changes of a query can be told. What a message's thread says can change without the message, and so can not
 * be followed; nor are texts, which would have to be read again down to the last that has changed.
 */
export function isFollowed(query: Query): boolean {
  const isOwn = testsOf(query.filter).every(({ by }) => by !== "thread" && by !== "text" && by !== "header");
  return isOwn && directionOf(query) !== undefined;
}

/**
 * From the results at state `since` to those at `ctx.newestId`, which must still be the account's state when this
 * resolves. Undefined when it cannot be told. Throws QueryTooWide.
 */
export async function findDelta(
  ctx: QueryContext,
  query: Query,
  since: number,
  withTotal: boolean,
): Promise<Delta | undefined> {
  const direction = directionOf(query);
  if (direction === undefined || !isFollowed(query)) return undefined;
  const changes = await listChanges(ctx.db, ctx.accountId, "Email", since, mostChanges + 1);
  const isKnown = await isKnownState(ctx.db, ctx.accountId, since);
  if (!isKnown || changes.length > mostChanges) return undefined;
  const ways = { ctx, query, direction, plan: await planQuery(ctx, query.filter) };
  const turned = query.collapseThreads ? await turnThreads(ways, changes) : await turnMails(ways, changes);
  if (turned === undefined) return undefined;
  const ranked = await rank(ways, turned.there, withTotal);
  return { removed: turned.removed, ...ranked };
}

interface Ways {
  ctx: QueryContext;
  query: Query;
  direction: Direction;
  plan: Plan;
}

/** What is no more where it was, and what of it is among the results now. */
interface Turned {
  removed: readonly number[];
  there: readonly Place[];
}

async function turnMails({ ctx, query }: Ways, changes: readonly Change[]): Promise<Turned> {
  const { touched, old } = sortOut(changes);
  const places = placesOf(await listTraits(ctx.db, ctx.accountId, touched));
  const kept = await keepThose(ctx, places, query.filter);
  return { removed: old, there: kept.map(({ place }) => place) };
}

/**
 * Of a thread that something has changed in, what is shown now is its first message that meets the filter. What was
 * shown before is one of those that have changed, or the first of those that have not.
 */
async function turnThreads(
  { ctx, query, direction }: Ways,
  changes: readonly Change[],
): Promise<Turned | undefined> {
  const { touched, old } = sortOut(changes);
  const traits = await listTraits(ctx.db, ctx.accountId, touched);
  const gone = changes.map(({ conversation }) => conversation).filter((one) => one !== undefined);
  const conversations = [...new Set([...traits.map(({ conversation }) => conversation), ...gone])];
  const messages = await listOfThreads(ctx.db, ctx.accountId, conversations, mostOfThreads + 1);
  if (messages.length > mostOfThreads) return undefined;
  const kept = await keepThose(ctx, placesOf(messages), query.filter);
  const threadOf = new Map(messages.map(({ id, conversation }) => [id, conversation]));
  const threads = Map.groupBy(
    inOrder(
      kept.map(({ place }) => place),
      direction,
    ),
    ({ id }) => threadOf.get(id),
  );
  const isTouched = new Set(touched);
  const removed = new Set(old);
  const there: Place[] = [];
  for (const places of threads.values()) {
    const [first] = places;
    const unchanged = places.find(({ id }) => !isTouched.has(id));
    if (first !== undefined) there.push(first);
    if (unchanged !== undefined) removed.add(unchanged.id);
  }
  return { removed: [...removed], there };
}

/** `touched` are all that have come or changed, `old` those that were there before. */
function sortOut(changes: readonly Change[]): { touched: number[]; old: number[] } {
  const last = new Map(changes.map((change) => [change.objectId, change.change]));
  const came = new Set(changes.filter(({ change }) => change === "created").map(({ objectId }) => objectId));
  const ids = [...last.keys()];
  return {
    touched: ids.filter((id) => last.get(id) !== "destroyed"),
    old: ids.filter((id) => !came.has(id)),
  };
}

function placesOf(traits: readonly { id: number; receivedAt: number }[]): Place[] {
  return traits.map(({ id, receivedAt }) => ({ id, receivedAt }));
}

/** Where these are among all results, and how many there are. */
async function rank(
  ways: Ways,
  there: readonly Place[],
  withTotal: boolean,
): Promise<Pick<Delta, "added" | "total">> {
  const { ctx, query, direction, plan } = ways;
  const { collapseThreads } = query;
  const places = inOrder(there, direction);
  const mailbox = bareMailbox(plan);
  const known = withTotal ? await knownTotal(ctx, query, plan) : undefined;
  if (mailbox !== undefined && !collapseThreads) {
    const total =
      known ??
      (withTotal ? await countStretch(ctx, stretchOf(ctx, plan.span, mailbox, direction)) : undefined);
    return { added: await rankPlaces(ctx, { plan, mailbox, direction }, places), total };
  }
  const mustCount = withTotal && known === undefined;
  const wanted = new Set(places.map(({ id }) => id));
  const added: { id: number; index: number }[] = [];
  const results = findAll(ctx, plan, { direction, collapseThreads });
  let index = 0;
  const isDone = () => added.length === wanted.size && !mustCount;
  while (!isDone()) {
    const { done, value } = await results.next();
    if (done === true) break;
    for (const { place } of value) {
      if (wanted.has(place.id)) added.push({ id: place.id, index });
      index++;
    }
  }
  return { added, total: mustCount ? index : known };
}

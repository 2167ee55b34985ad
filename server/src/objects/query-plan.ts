/**
 * How the messages of a filter are found: among those that the index leads to, or by walking the mailboxes that they can only
 * be in, in their order, over those that carry a keyword or over all of them; and what is left to ask of each.
 */
import { comparePlaces, newestPlace, oldestPlace, type Place, type RowTest } from "../store/query-places.ts";
import { listFilled } from "../store/query-traits.ts";
import type { QueryContext } from "./query-context.ts";
import {
  type Demand,
  demandsOf,
  type Filter,
  type Known,
  knownByTraits,
  meets,
  type Test,
  testsOf,
} from "./query-filter.ts";
import { findHits, findIndex, type MailIndex } from "./query-index.ts";
import { isHelped, lookUp, markOf } from "./query-look-up.ts";

export interface Plan {
  source: Source;
  span: Span;
  /** What has still to be asked of each message that is found. */
  rest: Filter;
  /** What is known of a test without looking at the message. */
  known(test: Test, id: number): Known;
}

/** Nothing newer, nothing older. */
export interface Span {
  newest: Place;
  oldest: Place;
}

type Source =
  | { by: "rows"; mailboxes: readonly number[]; tests: readonly RowTest[] }
  /** `changed` are those of which the marks know nothing and that have the mark as they are now. */
  | { by: "mark"; mailboxes: readonly number[]; keyword: string; index: MailIndex; changed: readonly Place[] }
  | { by: "list"; places: readonly Place[] };

const allTimes: Span = { newest: newestPlace, oldest: oldestPlace };

/** Where the messages of a filter can be, and what of it is then still to be asked. */
export async function planQuery(ctx: QueryContext, filter: Filter): Promise<Plan> {
  const demands = demandsOf(filter);
  const index = demands.some(isHelped) ? await findIndex(ctx) : undefined;
  const hits = index && (await findHits(ctx, index, testsOf(filter)));
  const known = hits === undefined ? () => undefined : hits.known;
  const places = index && hits && (await lookUp(ctx, demands, index, hits));
  if (places !== undefined) return { source: { by: "list", places }, span: allTimes, rest: filter, known };
  const home = await findHome(ctx, demands);
  const others = demands.filter((demand) => demand !== home.demand);
  const span = spanOf(others);
  const timeless = others.filter(({ test }) => test?.by !== "before");
  const marked = index && timeless.find((demand) => markOf(demand) !== undefined);
  const keyword = marked && markOf(marked);
  const rest = home.demand === undefined || home.isExact ? [] : [home.demand.filter];
  if (index !== undefined && marked !== undefined && keyword !== undefined) {
    const wanted = home.demand === undefined ? [marked] : [home.demand, marked];
    const changed = changedPlaces(index, wanted, span);
    for (const demand of timeless) if (demand !== marked) rest.push(demand.filter);
    const source = { by: "mark", mailboxes: home.mailboxes, keyword, index, changed } as const;
    return { source, span, rest: { kind: "and", of: rest }, known };
  }
  const tests: RowTest[] = [];
  for (const demand of timeless) {
    const test = rowTestOf(demand);
    if (test === undefined) rest.push(demand.filter);
    else tests.push(test);
  }
  return {
    source: { by: "rows", mailboxes: home.mailboxes, tests },
    span,
    rest: { kind: "and", of: rest },
    known,
  };
}

/** The one mailbox whose messages, as they lie there, are all that a plan finds; undefined when there is more to it. */
export function bareMailbox({ source, rest }: Plan): number | undefined {
  if (source.by !== "rows" || source.mailboxes.length !== 1 || source.tests.length > 0) return undefined;
  const isBare = testsOf(rest).length === 0 && meets(rest, () => undefined) === true;
  return isBare ? source.mailboxes[0] : undefined;
}

/** Whether a plan is about all times. */
export function isUnbounded({ span }: Plan): boolean {
  return span.newest === newestPlace && span.oldest === oldestPlace;
}

/** Those of what the index has not followed that meet these demands. */
function changedPlaces(index: MailIndex, demands: readonly Demand[], { newest, oldest }: Span): Place[] {
  const isWithin = (place: Place) => comparePlaces(place, newest) <= 0 && comparePlaces(place, oldest) >= 0;
  return [...index.changed.values()]
    .filter((traits) =>
      demands.every(({ filter }) => meets(filter, (test) => knownByTraits(test, traits)) !== false),
    )
    .map(({ receivedAt, id }) => ({ receivedAt, id }))
    .filter(isWithin);
}

function rowTestOf({ test, not }: Demand): RowTest | undefined {
  switch (test?.by) {
    case "keyword":
      return { column: "keyword", keyword: test.keyword, not };
    case "atLeastBytes":
      return { column: "atLeastBytes", sizeBytes: test.sizeBytes, not };
    case "attachment":
      return { column: "attachment", not };
    case "wireId":
      return { column: "wireId", ids: test.ids, not };
    default:
      return undefined;
  }
}

/** The times that a message must be of. */
function spanOf(demands: readonly Demand[]): Span {
  let { newest, oldest } = allTimes;
  for (const { test, not } of demands) {
    if (test?.by !== "before") continue;
    const edge = { receivedAt: test.at, id: oldestPlace.id };
    if (not && comparePlaces(edge, oldest) > 0) oldest = edge;
    if (!not && comparePlaces(edge, newest) < 0) newest = edge;
  }
  return { newest, oldest };
}

interface Home {
  mailboxes: readonly number[];
  /** What says so, when anything does. */
  demand: Demand | undefined;
  /** Whether all that lies in these mailboxes meets it. */
  isExact: boolean;
}

/** The fewest mailboxes that all results must be in. */
async function findHome(ctx: QueryContext, demands: readonly Demand[]): Promise<Home> {
  const direct = demands.find(({ test, not }) => test?.by === "mailbox" && !not);
  if (direct?.test?.by === "mailbox") return { mailboxes: [direct.test.id], demand: direct, isExact: true };
  const filled = await listFilled(ctx.db, ctx.accountId);
  let home: Home = { mailboxes: filled, demand: undefined, isExact: true };
  for (const demand of demands) {
    const found = mailboxesOf(demand.filter, filled);
    if (found !== undefined && found.mailboxes.length <= home.mailboxes.length) home = { ...found, demand };
  }
  return home;
}

/** The mailboxes in which a filter can be met; undefined for any. */
function mailboxesOf(
  filter: Filter,
  filled: readonly number[],
): { mailboxes: readonly number[]; isExact: boolean } | undefined {
  if (filter.kind === "test") {
    const { test } = filter;
    if (test.by === "mailbox") return { mailboxes: [test.id], isExact: true };
    if (test.by !== "otherMailbox") return undefined;
    return { mailboxes: filled.filter((id) => !test.than.includes(id)), isExact: true };
  }
  if (filter.kind !== "or") return undefined;
  const parts = filter.of.map((part) => demandsOf(part).map(({ filter: one }) => mailboxesOf(one, filled)));
  const found = parts.map((ofPart) => ofPart.find((one) => one !== undefined));
  if (found.some((one) => one === undefined)) return undefined;
  return {
    mailboxes: [...new Set(found.flatMap((one) => one?.mailboxes ?? []))],
    isExact: parts.every((ofPart) => ofPart.length === 1 && ofPart[0]?.isExact === true),
  };
}

/**
 * How the messages of a filter are found: by walking the mailboxes that they can only be in, in the order in which they
 * were received, over what their rows say, and looking closer at those that are left.
 */
import {
  comparePlaces,
  newestPlace,
  oldestPlace,
  type Place,
  type RowTest,
  type Stretch,
} from "../store/query-places.ts";
import { listFilled } from "../store/query-traits.ts";
import type { Direction, QueryContext } from "./query-context.ts";
import { type Demand, demandsOf, type Filter, meets, testsOf } from "./query-filter.ts";
import { merged, type Pages, walkMailbox, walkThat } from "./query-walk.ts";

export interface Plan {
  mailboxes: readonly number[];
  /** Nothing newer, nothing older. */
  newest: Place;
  oldest: Place;
  rowTests: readonly RowTest[];
  /** What has still to be looked at of each message that is found by the others. */
  rest: Filter;
}

/** Where the messages of a filter can be, and what of it is then still to be asked. */
export async function planQuery(ctx: QueryContext, filter: Filter): Promise<Plan> {
  const demands = demandsOf(filter);
  const home = await findHome(ctx, demands);
  const plan = { newest: newestPlace, oldest: oldestPlace };
  const rowTests: RowTest[] = [];
  const rest: Filter[] = [];
  for (const demand of demands) {
    if (demand === home.demand) {
      if (!home.isExact) rest.push(demand.filter);
      continue;
    }
    const { test } = demand;
    if (test?.by === "before") {
      const edge = { receivedAt: test.at, id: oldestPlace.id };
      if (demand.not) plan.oldest = laterOf(plan.oldest, edge);
      else plan.newest = earlierOf(plan.newest, edge);
    } else if (test?.by === "keyword") {
      rowTests.push({ column: "keyword", keyword: test.keyword, not: demand.not });
    } else if (test?.by === "atLeastBytes") {
      rowTests.push({ column: "atLeastBytes", sizeBytes: test.sizeBytes, not: demand.not });
    } else if (test?.by === "wireId") {
      rowTests.push({ column: "wireId", ids: test.ids, not: demand.not });
    } else rest.push(demand.filter);
  }
  return { ...plan, mailboxes: home.mailboxes, rowTests, rest: { kind: "and", of: rest } };
}

/** The one mailbox whose messages, as they lie there, are all that a plan finds; undefined when there is more to it. */
export function bareMailbox({ mailboxes, rowTests, rest }: Plan): number | undefined {
  const isBare = mailboxes.length === 1 && rowTests.length === 0 && testsOf(rest).length === 0;
  return isBare && meets(rest, () => undefined) === true ? mailboxes[0] : undefined;
}

/** Whether a plan is about all times. */
export function isUnbounded({ newest, oldest }: Plan): boolean {
  return newest === newestPlace && oldest === oldestPlace;
}

/** The places of a plan in the order of a direction, after `after`. */
export function walkPlan(ctx: QueryContext, plan: Plan, direction: Direction, after?: Place): Pages {
  const walks = plan.mailboxes.map((mailboxId) => {
    const stretch = stretchOf(ctx, plan, mailboxId, direction, after);
    return plan.rowTests.length === 0 ? walkMailbox(ctx, stretch) : walkThat(ctx, stretch, plan.rowTests);
  });
  return merged(walks, direction);
}

/** The part of a mailbox that a plan is about, after `after`. */
export function stretchOf(
  { accountId }: Pick<QueryContext, "accountId">,
  { newest, oldest }: Pick<Plan, "newest" | "oldest">,
  mailboxId: number,
  direction: Direction,
  after?: Place,
): Stretch {
  const [start, until] = direction === "down" ? [newest, oldest] : [oldest, newest];
  const isWithin =
    after !== undefined && comparePlaces(after, start) < 0 === (direction === "down") ? after : start;
  return { accountId, mailboxId, direction, after: isWithin, until };
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

function laterOf(a: Place, b: Place): Place {
  return comparePlaces(a, b) < 0 ? b : a;
}

function earlierOf(a: Place, b: Place): Place {
  return comparePlaces(a, b) < 0 ? a : b;
}

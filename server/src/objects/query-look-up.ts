/** Messages that the index leads to straight, where they are few: by the words of a text, or by what marks their threads. */
import { listMarked, unseen } from "../store/query-marks.ts";
import { newestPlace, oldestPlace, type Place } from "../store/query-places.ts";
import { listConversations, listFilled, listOfThreads, listTraits } from "../store/query-traits.ts";
import type { QueryContext } from "./query-context.ts";
import { type Demand, testsOf } from "./query-filter.ts";
import type { MailIndex, WordHits } from "./query-index.ts";

/** More messages are not looked up one by one: to walk over all is as quick, and finds the newest first. */
const mostLookedUp = 3_000;

/** Whether the index may be of help. */
export function isHelped(demand: Demand): boolean {
  const isText = testsOf(demand.filter).some(({ by }) => by === "text");
  return isText || markOf(demand) !== undefined || threadMarkOf(demand) !== undefined;
}

/** The keyword by which the messages that meet a demand are marked; undefined for any other demand. */
export function markOf({ test, not }: Demand): string | undefined {
  if (test?.by !== "keyword") return undefined;
  if (test.keyword === "$seen") return not ? unseen : undefined;
  return not ? undefined : test.keyword;
}

/** The keyword by which one message at least is marked of each thread that meets a demand. */
function threadMarkOf({ test, not }: Demand): string | undefined {
  if (test?.by !== "thread") return undefined;
  if (test.has === "all") return not && test.keyword === "$seen" ? unseen : undefined;
  return not || test.keyword === "$seen" ? undefined : test.keyword;
}

/** All messages that may meet these demands, or more; undefined when they are many, or the index knows none of it. */
export async function lookUp(
  ctx: QueryContext,
  demands: readonly Demand[],
  index: MailIndex,
  hits: WordHits,
): Promise<Place[] | undefined> {
  const words = await lookUpWords(ctx, demands, hits);
  if (words !== undefined) return words;
  for (const demand of demands) {
    const mark = threadMarkOf(demand);
    const places = mark === undefined ? undefined : await lookUpThreads(ctx, mark, index);
    if (places !== undefined) return places;
  }
  return undefined;
}

/** The messages that have the words of the rarest text that must be there. */
async function lookUpWords(
  ctx: QueryContext,
  demands: readonly Demand[],
  hits: WordHits,
): Promise<Place[] | undefined> {
  let fewest: number[] | undefined;
  for (const { test, not } of demands) {
    if (test?.by !== "text" || not) continue;
    const ids = await hits.list(test, mostLookedUp);
    if (ids !== undefined && (fewest === undefined || ids.length < fewest.length)) fewest = ids;
  }
  return fewest && placesOf(await listTraits(ctx.db, ctx.accountId, fewest));
}

/** The messages of all threads of which one has a mark. */
async function lookUpThreads(
  ctx: QueryContext,
  mark: string,
  index: MailIndex,
): Promise<Place[] | undefined> {
  const { db, accountId } = ctx;
  const ids = new Set(index.changed.keys());
  for (const mailboxId of await listFilled(db, accountId)) {
    const all = { accountId, mailboxId, direction: "down", after: newestPlace, until: oldestPlace } as const;
    for (const { id } of await listMarked(db, all, mark, mostLookedUp + 1)) ids.add(id);
    if (ids.size > mostLookedUp) return undefined;
  }
  const conversations = new Set((await listConversations(db, accountId, [...ids])).values());
  const messages = await listOfThreads(db, accountId, [...conversations], mostLookedUp + 1);
  return messages.length > mostLookedUp ? undefined : placesOf(messages);
}

function placesOf(messages: readonly Place[]): Place[] {
  return messages.map(({ receivedAt, id }) => ({ receivedAt, id }));
}

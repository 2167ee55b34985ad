/** The messages that meet a filter, in the order in which they were received. */
import type { Place } from "../store/query-places.ts";
import { listConversations, listOfThreads, listTraits, type Traits } from "../store/query-traits.ts";
import { type Direction, type Found, type QueryContext, spendLooks } from "./query-context.ts";
import { type Filter, type Known, knownByTraits, meets, type Test, testsOf } from "./query-filter.ts";
import { holdsText, type ReadMail, readRows, readWhole } from "./query-mail.ts";
import type { Plan } from "./query-plan.ts";
import { walkPlan } from "./query-source.ts";

/** Looked at in one slice. */
const slice = 500;
/** Read whole in one slice. */
const readSlice = 32;
/** What it costs to read a message's row, and its bytes, in looks, for each test. */
export const looksPerRow = 3;
export const looksPerReading = 10;
/** More messages of the threads of one slice than that are not looked through. */
const mostOfThreads = 20_000;

export type FoundPages = AsyncGenerator<readonly Found[]>;

/** All that a plan finds, after `after`; with threads collapsed only the first of each, and its thread with it. */
export async function* findAll(
  ctx: QueryContext,
  plan: Plan,
  how: { direction: Direction; collapseThreads: boolean; after?: Place },
): FoundPages {
  const seen = new Set<string>();
  for await (const page of walkPlan(ctx, plan, how.direction, how.after)) {
    for (let at = 0; at < page.length; at += slice) {
      const there = page.slice(at, at + slice).filter(({ id }) => id <= ctx.newestId);
      const kept = await keepThose(ctx, there, plan.rest, plan.known);
      const found = how.collapseThreads ? firstOfThreads(await withThreads(ctx, kept), seen) : kept;
      if (found.length > 0) yield found;
    }
  }
}

/** Those of these messages that meet a filter, in the same order. */
export async function keepThose(
  ctx: QueryContext,
  places: readonly Place[],
  filter: Filter,
  knownBefore: Plan["known"] = () => undefined,
): Promise<Found[]> {
  const tests = testsOf(filter);
  if (tests.length === 0)
    return meets(filter, () => undefined) === true ? places.map((place) => ({ place })) : [];
  spendLooks(ctx, tests.length * places.length);
  const traits = new Map(
    (
      await listTraits(
        ctx.db,
        ctx.accountId,
        places.map(({ id }) => id),
      )
    ).map((one) => [one.id, one]),
  );
  const inThreads = await knowThreads(ctx, [...traits.values()], tests);
  const known = (test: Test, one: Traits) =>
    knownByTraits(test, one) ?? inThreads(test, one) ?? knownBefore(test, one.id);
  const verdicts = new Map<number, Known>();
  for (const one of traits.values())
    verdicts.set(
      one.id,
      meets(filter, (test) => known(test, one)),
    );
  const open = places.map(({ id }) => id).filter((id) => traits.has(id) && verdicts.get(id) === undefined);
  for (let at = 0; at < open.length; at += readSlice) {
    const judge = (mail: ReadMail) => {
      const one = traits.get(mail.object.id);
      if (one === undefined) return false;
      return meets(filter, (test) => known(test, one) ?? holdsText(mail, test));
    };
    const read = await judgeRead(ctx, open.slice(at, at + readSlice), judge, tests.length);
    for (const [id, verdict] of read) verdicts.set(id, verdict);
    await ctx.turn();
  }
  return places.flatMap((place) => {
    const one = traits.get(place.id);
    return one !== undefined && verdicts.get(place.id) === true
      ? [{ place, conversation: one.conversation }]
      : [];
  });
}

/** The verdict on each of these messages, read no further than it takes. */
async function judgeRead(
  ctx: QueryContext,
  ids: readonly number[],
  judge: (mail: ReadMail) => Known,
  testsOfEach: number,
): Promise<Map<number, Known>> {
  spendLooks(ctx, looksPerRow * testsOfEach * ids.length);
  const rows = (await readRows(ctx, ids)).map((mail) => ({ mail, verdict: judge(mail) }));
  const open = rows.filter(({ verdict }) => verdict === undefined).map(({ mail }) => mail);
  spendLooks(ctx, looksPerReading * testsOfEach * open.length);
  const whole = open.length === 0 ? [] : await readWhole(ctx, open);
  return new Map([
    ...rows.map(({ mail, verdict }): [number, Known] => [mail.object.id, verdict]),
    ...whole.map((mail): [number, Known] => [mail.object.id, judge(mail)]),
  ]);
}

/** What the threads of these messages say of the tests that are about threads. */
export async function knowThreads(
  ctx: QueryContext,
  messages: readonly Pick<Traits, "conversation">[],
  tests: readonly Test[],
): Promise<(test: Test, one: Pick<Traits, "conversation">) => Known> {
  if (!tests.some(({ by }) => by === "thread")) return () => undefined;
  const conversations = [...new Set(messages.map(({ conversation }) => conversation))];
  const all = await listOfThreads(ctx.db, ctx.accountId, conversations, mostOfThreads);
  spendLooks(ctx, all.length < mostOfThreads ? all.length : Number.POSITIVE_INFINITY);
  await ctx.turn();
  const threads = Map.groupBy(all, ({ conversation }) => conversation);
  return (test, { conversation }) => {
    if (test.by !== "thread") return undefined;
    const thread = threads.get(conversation) ?? [];
    const has = ({ keywords }: Traits) => keywords.includes(test.keyword);
    return test.has === "all" ? thread.every(has) : thread.some(has);
  };
}

async function withThreads(ctx: QueryContext, found: readonly Found[]): Promise<Found[]> {
  const unknown = found.filter(({ conversation }) => conversation === undefined).map(({ place }) => place.id);
  if (unknown.length === 0) return [...found];
  spendLooks(ctx, unknown.length / 2);
  const conversations = await listConversations(ctx.db, ctx.accountId, unknown);
  return found.flatMap(({ place, conversation = conversations.get(place.id) }) =>
    conversation === undefined ? [] : [{ place, conversation }],
  );
}

export function firstOfThreads(found: readonly Found[], seen: Set<string>): Found[] {
  return found.filter(({ conversation = "" }) => {
    if (seen.has(conversation)) return false;
    seen.add(conversation);
    return true;
  });
}

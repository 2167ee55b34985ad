/** The places that a plan leads to, in their order. */
import { comparePlaces, type Place, type Stretch } from "../store/query-places.ts";
import type { Direction, QueryContext } from "./query-context.ts";
import type { Plan, Span } from "./query-plan.ts";
import { merged, type Pages, walkMailbox, walkMarked, walkPlaces, walkThat } from "./query-walk.ts";

/** The places of a plan in the order of a direction, after `after`. */
export function walkPlan(ctx: QueryContext, plan: Plan, direction: Direction, after?: Place): Pages {
  const { source, span } = plan;
  if (source.by === "list") return walkPlaces(source.places, direction, after);
  const stretches = source.mailboxes.map((id) => stretchOf(ctx, span, id, direction, after));
  if (source.by === "mark") {
    const { keyword, index, changed } = source;
    const walks = stretches.map((stretch) => walkMarked(ctx, stretch, keyword, index.isChanged));
    return merged([...walks, walkPlaces(changed, direction, after)], direction);
  }
  const { tests } = source;
  const walks = stretches.map((stretch) =>
    tests.length === 0 ? walkMailbox(ctx, stretch) : walkThat(ctx, stretch, tests),
  );
  return merged(walks, direction);
}

/** The part of a mailbox that lies within a span, after `after`. */
export function stretchOf(
  { accountId }: Pick<QueryContext, "accountId">,
  { newest, oldest }: Span,
  mailboxId: number,
  direction: Direction,
  after?: Place,
): Stretch {
  const [start, until] = direction === "down" ? [newest, oldest] : [oldest, newest];
  const isWithin = after !== undefined && comparePlaces(after, start) < 0 === (direction === "down");
  return { accountId, mailboxId, direction, after: isWithin ? after : start, until };
}

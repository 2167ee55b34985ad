import { type Static, type TObject, Type } from "typebox";
import {
  accountIdOf,
  closed,
  IdSchema,
  nullable,
  requireAccount,
  splitArguments,
  UnsignedIntSchema,
} from "./arguments.ts";
import { type Arguments, type Method, type MethodAnswer, type MethodCall, refuseCall } from "./method.ts";
import type { QueryType } from "./query.ts";
import { type FilterTree, readFilter, readSort, type SortBy } from "./query-arguments.ts";

/** What a data type says of its /queryChanges beside its /query (RFC 8620 §5.6). */
export interface QueryChangesType<Condition extends TObject, More extends TObject>
  extends Omit<QueryType<Condition, More>, "query"> {
  /** Undefined when what the results were at `since` can no longer be told, or not for this filter and sort. */
  queryChanges(
    call: MethodCall,
    asked: QueryChangesAsked<Static<Condition>, Static<More>>,
  ): Promise<QueryDelta | undefined>;
}

interface QueryChangesAsked<Condition, More> {
  filter: FilterTree<Condition> | undefined;
  sort: readonly SortBy[];
  sinceQueryState: string;
  /** The last id that the client has; what comes behind it need not be told where nothing sorted or filtered by can change. */
  upToId: string | undefined;
  withTotal: boolean;
  more: More;
}

/**
 * From old results to new ones: without the `removed`, then with each of `added` put at its index, the lowest first.
 * Ids that were never there may be among the removed, and what has moved is in both.
 */
export interface QueryDelta {
  newQueryState: string;
  total?: number | undefined;
  removed: readonly string[];
  added: readonly { id: string; index: number }[];
}

const Base = Type.Object(
  {
    accountId: IdSchema,
    filter: nullable(Type.Object({})),
    sort: nullable(Type.Array(Type.Object({}), { maxItems: 32 })),
    sinceQueryState: Type.String({ maxLength: 255 }),
    maxChanges: nullable(UnsignedIntSchema),
    upToId: nullable(IdSchema),
    calculateTotal: Type.Optional(Type.Boolean()),
  },
  closed,
);

export function queryChangesMethod<const Condition extends TObject, const More extends TObject>(
  type: QueryChangesType<Condition, More>,
): Method {
  return {
    capability: type.capability,
    scope: type.scope,
    run: (call, args) => runQueryChanges(type, call, args),
  };
}

/** Answers a /queryChanges. Throws MethodError `cannotCalculateChanges`, `tooManyChanges` and those of /query. */
async function runQueryChanges<const Condition extends TObject, const More extends TObject>(
  type: QueryChangesType<Condition, More>,
  call: MethodCall,
  args: Arguments,
): Promise<MethodAnswer> {
  const { base, more } = splitArguments(Base, type.more, args);
  requireAccount(call, base.accountId);
  const withTotal = base.calculateTotal ?? false;
  const delta = await type.queryChanges(call, {
    filter: readFilter(type.condition, base.filter ?? undefined),
    sort: readSort(type.sorts, base.sort ?? []),
    sinceQueryState: base.sinceQueryState,
    upToId: base.upToId ?? undefined,
    withTotal,
    more,
  });
  if (delta === undefined) {
    return refuseCall("cannotCalculateChanges", "Changes since that state are not known here. Query anew.");
  }
  const { newQueryState, total, removed, added } = delta;
  const most = base.maxChanges ?? undefined;
  if (most !== undefined && removed.length + added.length > most) {
    refuseCall("tooManyChanges", `There are more than ${most} changes. Query anew, or take more at once.`);
  }
  return {
    arguments: {
      accountId: accountIdOf(call.caller),
      oldQueryState: base.sinceQueryState,
      newQueryState,
      ...(withTotal ? { total } : {}),
      removed,
      added: added.toSorted((a, b) => a.index - b.index),
    },
  };
}

/**
 * The delta of results that are at hand as a whole, from the ids that were written since. `isFixed` says that nothing
 * filtered or sorted by can change, so that what comes behind `upToId` may be left out.
 */
export function deltaOf(
  results: readonly string[],
  written: { created: readonly string[]; updated: readonly string[]; destroyed: readonly string[] },
  { upToId, isFixed }: { upToId: string | undefined; isFixed: boolean },
): Pick<QueryDelta, "removed" | "added"> {
  const { created, updated, destroyed } = written;
  const moved: ReadonlySet<string> = new Set(isFixed ? created : [...created, ...updated]);
  const end = upToId === undefined || !isFixed ? -1 : results.indexOf(upToId);
  const looked = end < 0 ? results : results.slice(0, end + 1);
  return {
    removed: [...(isFixed ? [] : updated), ...destroyed],
    added: looked.flatMap((id, index) => (moved.has(id) ? [{ id, index }] : [])),
  };
}

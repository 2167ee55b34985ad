import type { Scope } from "@posthorn/protocol";
import { type Static, type TObject, type TSchema, Type } from "typebox";
import {
  accountIdOf,
  closed,
  IdSchema,
  IntSchema,
  nullable,
  requireAccount,
  splitArguments,
  UnsignedIntSchema,
} from "./arguments.ts";
import { maxQueryLimit } from "./limits.ts";
import { type Arguments, type Method, type MethodAnswer, type MethodCall, refuseCall } from "./method.ts";
import { type FilterTree, readFilter, readSort, type SortBy } from "./query-arguments.ts";

/** What a data type says of its /query and /queryChanges (RFC 8620 §5.5, §5.6). */
export interface QueryType<Condition extends TObject, More extends TObject> {
  capability: string;
  scope: Scope;
  more: More;
  /** What one FilterCondition may hold; a closed object whose properties may all be left out. */
  condition: Condition;
  /** What can be sorted by, each with what its comparator holds besides: `{}` or as `{ keyword: Type.String() }`. */
  sorts: Readonly<Record<string, Readonly<Record<string, TSchema>>>>;
  query(call: MethodCall, asked: QueryAsked<Static<Condition>, Static<More>>): Promise<QueryFound>;
}

interface QueryAsked<Condition, More> {
  filter: FilterTree<Condition> | undefined;
  /** The first decides. Empty when the client does not care: any order that stays. */
  sort: readonly SortBy[];
  window: QueryWindow;
  /** Whether `total` is asked for, which may cost a count. */
  withTotal: boolean;
  more: More;
}

/**
 * Which part of the results: from a position, which counts from the end when it is below zero, or from as many before
 * (below zero) or after an id. Neither reaches before the first.
 */
export type QueryWindow =
  | { from: "position"; position: number; limit: number }
  | { from: "anchor"; anchor: string; offset: number; limit: number };

interface QueryFound {
  ids: readonly string[];
  /** Of the first of `ids` in the whole; also when there are none. */
  position: number;
  total?: number | undefined;
  queryState: string;
  /** Whether /queryChanges can be asked about this filter and sort. */
  canCalculateChanges: boolean;
}

const Base = Type.Object(
  {
    accountId: IdSchema,
    filter: nullable(Type.Object({})),
    sort: nullable(Type.Array(Type.Object({}), { maxItems: 32 })),
    position: Type.Optional(IntSchema),
    anchor: nullable(IdSchema),
    anchorOffset: Type.Optional(IntSchema),
    limit: nullable(UnsignedIntSchema),
    calculateTotal: Type.Optional(Type.Boolean()),
  },
  closed,
);

export function queryMethod<const Condition extends TObject, const More extends TObject>(
  type: QueryType<Condition, More>,
): Method {
  return { capability: type.capability, scope: type.scope, run: (call, args) => runQuery(type, call, args) };
}

/** Answers a /query. Throws MethodError `invalidArguments`, `accountNotFound`, `unsupportedFilter`, `unsupportedSort`, `anchorNotFound`. */
async function runQuery<const Condition extends TObject, const More extends TObject>(
  type: QueryType<Condition, More>,
  call: MethodCall,
  args: Arguments,
): Promise<MethodAnswer> {
  const { base, more } = splitArguments(Base, type.more, args);
  requireAccount(call, base.accountId);
  const limit = Math.min(base.limit ?? maxQueryLimit, maxQueryLimit);
  const withTotal = base.calculateTotal ?? false;
  const { ids, position, total, queryState, canCalculateChanges } = await type.query(call, {
    filter: readFilter(type.condition, base.filter ?? undefined),
    sort: readSort(type.sorts, base.sort ?? []),
    window: windowOf(base, limit),
    withTotal,
    more,
  });
  return {
    arguments: {
      accountId: accountIdOf(call.caller),
      queryState,
      canCalculateChanges,
      position,
      ids,
      ...(withTotal ? { total } : {}),
      ...(limit === base.limit ? {} : { limit }),
    },
  };
}

/** An anchor goes before a position (RFC 8620 §5.5). */
function windowOf(
  { anchor, anchorOffset = 0, position = 0 }: Static<typeof Base>,
  limit: number,
): QueryWindow {
  return anchor === undefined || anchor === null
    ? { from: "position", position, limit }
    : { from: "anchor", anchor, offset: anchorOffset, limit };
}

/** The part of whole results that a window shows. Throws MethodError `anchorNotFound`. */
export function showWindow(
  results: readonly string[],
  window: QueryWindow,
): { ids: string[]; position: number } {
  const first =
    window.from === "position" ? fromPosition(results, window.position) : fromAnchor(results, window);
  const position = Math.min(Math.max(first, 0), results.length);
  return { ids: results.slice(position, position + window.limit), position };
}

function fromPosition(results: readonly string[], position: number): number {
  return position < 0 ? results.length + position : position;
}

function fromAnchor(
  results: readonly string[],
  { anchor, offset }: { anchor: string; offset: number },
): number {
  const at = results.indexOf(anchor);
  if (at < 0) refuseCall("anchorNotFound", "The anchor is not among the results.");
  return at + offset;
}

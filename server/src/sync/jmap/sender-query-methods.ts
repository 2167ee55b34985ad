/** Sender/query and Sender/queryChanges (§85.44). */
import { capabilities, SenderStateSchema } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { findState, formatState } from "../../objects/ids.ts";
import { type Decided, listDecided } from "../../objects/senders.ts";
import { getAccountState } from "../../store/account-store.ts";
import type { Store } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import { foldChanges } from "./changes.ts";
import type { Methods } from "./method.ts";
import { queryMethod, showWindow } from "./query.ts";
import { type FilterTree, meetsFilter, type SortBy } from "./query-arguments.ts";
import { deltaOf, queryChangesMethod } from "./query-changes.ts";
import { senderIdOf } from "./sender-ids.ts";
import { listSenderChanges } from "./sender-methods.ts";

const Condition = Type.Object(
  {
    state: Type.Optional(SenderStateSchema),
    hasAsked: Type.Optional(Type.Boolean()),
    address: Type.Optional(Type.String({ maxLength: 255 })),
  },
  closed,
);

const type = {
  capability: capabilities.posthorn,
  scope: "read",
  more: noMore,
  condition: Condition,
  sorts: { address: {}, askedAt: {}, decidedAt: {} },
} as const;

/** More changes than that are not followed. */
const mostChanges = 2_000;

export function senderQueryMethods({ store }: { store: Store }): Methods {
  return { "Sender/query": query(store), "Sender/queryChanges": queryChanges(store) };
}

function query(store: Store) {
  return queryMethod({
    ...type,
    async query({ caller: { accountId } }, asked) {
      // Read first: what is written meanwhile is told by the changes since.
      const state = await getAccountState(store.read, accountId);
      const ids = await findIds(store, accountId, asked);
      return {
        ...showWindow(ids, asked.window),
        total: ids.length,
        queryState: formatState(state),
        canCalculateChanges: true,
      };
    },
  });
}

function queryChanges(store: Store) {
  return queryChangesMethod({
    ...type,
    async queryChanges({ caller: { accountId } }, asked) {
      const since = findState(asked.sinceQueryState);
      if (since === undefined) return undefined;
      const state = await getAccountState(store.read, accountId);
      const ids = await findIds(store, accountId, asked);
      const changes = await listSenderChanges(store.read, accountId, since, mostChanges);
      if (changes === undefined || changes.length === mostChanges) return undefined;
      return {
        ...deltaOf(ids, foldChanges(changes), { upToId: asked.upToId, isFixed: false }),
        total: ids.length,
        newQueryState: formatState(state),
      };
    },
  });
}

interface Asked {
  filter: FilterTree<Static<typeof Condition>> | undefined;
  sort: readonly SortBy[];
}

/** By address, everybody else first, where nothing else is asked for. */
async function findIds(store: Store, accountId: number, { filter, sort }: Asked): Promise<string[]> {
  const all = await listDecided(store.read, accountId);
  return all
    .filter((one) => meetsFilter(filter, (condition) => meets(one, condition)))
    .toSorted(orderOf(sort))
    .map(({ address }) => senderIdOf(address));
}

function meets(one: Decided, { state, hasAsked, address }: Static<typeof Condition>): boolean {
  if (state !== undefined && one.state !== state) return false;
  if (hasAsked !== undefined && (one.askedAt !== undefined) !== hasAsked) return false;
  return address === undefined || one.address.includes(address.toLowerCase());
}

function orderOf(sort: readonly SortBy[]): (one: Decided, other: Decided) => number {
  return (one, other) => {
    for (const { property, isAscending } of sort) {
      const difference = compare(keyOf(one, property), keyOf(other, property));
      if (difference !== 0) return isAscending ? difference : -difference;
    }
    return 0;
  };
}

/** Who has never asked, or of whom was never decided, comes before all that have a time. */
function keyOf({ address, askedAt = 0, decidedAt = 0 }: Decided, property: string): string | number {
  if (property === "askedAt") return askedAt;
  return property === "decidedAt" ? decidedAt : address;
}

function compare(one: string | number, other: string | number): number {
  return one < other ? -1 : Number(one > other);
}

/** EmailSubmission/query and /queryChanges (RFC 8621 §7.3, §7.4). */
import { capabilities, findTime, TimeSchema } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { firstIdentity } from "../../objects/identities.ts";
import { findId, findState, formatId, formatState } from "../../objects/ids.ts";
import { readSent, type Undo } from "../../objects/sent.ts";
import { readState } from "../../objects/states.ts";
import { getAccountState } from "../../store/account-store.ts";
import { isKnownState } from "../../store/change-store.ts";
import type { Store } from "../../store/sql.ts";
import { listSentPlaces, listSubmissionChanges, type SentPlace } from "../../store/submission-store.ts";
import { closed, IdSchema, noMore } from "./arguments.ts";
import { foldChanges } from "./changes.ts";
import { queryMethod, showWindow } from "./query.ts";
import { type FilterTree, meetsFilter, type SortBy } from "./query-arguments.ts";
import { deltaOf, queryChangesMethod } from "./query-changes.ts";

const ids = Type.Optional(Type.Array(IdSchema, { maxItems: 10_000 }));

const Condition = Type.Object(
  {
    identityIds: ids,
    emailIds: ids,
    threadIds: ids,
    undoStatus: Type.Optional(Type.Enum(["pending", "final", "canceled"])),
    before: Type.Optional(TimeSchema),
    after: Type.Optional(TimeSchema),
  },
  closed,
);

type Filter = FilterTree<Static<typeof Condition>> | undefined;

const type = {
  capability: capabilities.submission,
  scope: "read",
  more: noMore,
  condition: Condition,
  sorts: { emailId: {}, threadId: {}, sentAt: {} },
} as const;

/** The newest of an account that are looked through. */
const mostLooked = 20_000;
const page = 1_000;

export function submissionQuery(store: Store) {
  return queryMethod({
    ...type,
    async query({ caller: { accountId } }, { filter, sort, window, withTotal }) {
      const queryState = await readState(store.read, accountId);
      const results = await find(store, accountId, filter, sort);
      return {
        ...showWindow(results, window),
        ...(withTotal ? { total: results.length } : {}),
        queryState,
        canCalculateChanges: true,
      };
    },
  });
}

export function submissionQueryChanges(store: Store) {
  return queryChangesMethod({
    ...type,
    async queryChanges({ caller: { accountId } }, { filter, sort, sinceQueryState, upToId, withTotal }) {
      const since = findState(sinceQueryState);
      const state = await getAccountState(store.read, accountId);
      if (since === undefined || since > state) return undefined;
      if (!(await isKnownState(store.read, accountId, since))) return undefined;
      const changes = await listSubmissionChanges(store.read, accountId, since, mostLooked);
      if (changes.length === mostLooked) return undefined;
      const results = await find(store, accountId, filter, sort);
      const written = foldChanges(
        changes.map((one) => ({ ...one, id: formatId("submission", one.objectId) })),
      );
      return {
        newQueryState: formatState(state),
        ...(withTotal ? { total: results.length } : {}),
        ...deltaOf(results, written, { upToId, isFixed: !asksUndo(filter) }),
      };
    },
  });
}

/** Ids of all that meet the filter, in order. */
async function find(
  store: Store,
  accountId: number,
  filter: Filter,
  sort: readonly SortBy[],
): Promise<string[]> {
  const found: SentPlace[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  for (let looked = 0; looked < mostLooked; looked += page) {
    const places = await listSentPlaces(store.read, accountId, before, page);
    const undo = asksUndo(filter) ? await readUndo(store, accountId, places) : noUndo;
    found.push(
      ...places.filter((place) => meetsFilter(filter, (condition) => meets(condition, place, undo))),
    );
    const last = places.at(-1);
    if (last === undefined || places.length < page) break;
    before = last.objectId;
  }
  return found.toSorted(ordering(sort)).map(({ objectId }) => formatId("submission", objectId));
}

const noUndo: ReadonlyMap<number, Undo> = new Map();

async function readUndo(store: Store, accountId: number, places: readonly SentPlace[]) {
  const sent = await readSent(
    store.read,
    accountId,
    places.map(({ objectId }) => objectId),
  );
  return new Map(sent.map(({ objectId, undo }) => [objectId, undo]));
}

function asksUndo(filter: Filter): boolean {
  if (filter === undefined) return false;
  return filter.kind === "condition" ? filter.condition.undoStatus !== undefined : filter.of.some(asksUndo);
}

function meets(
  condition: Static<typeof Condition>,
  { objectId, identityId = firstIdentity, conversation, sendAt }: SentPlace,
  undo: ReadonlyMap<number, Undo>,
): boolean {
  const { identityIds, emailIds, threadIds, undoStatus, before, after } = condition;
  return (
    (identityIds === undefined || identityIds.includes(formatId("identity", identityId))) &&
    (emailIds === undefined || emailIds.some((id) => findId("email", id) === objectId)) &&
    (threadIds === undefined || threadIds.includes(`t${conversation}`)) &&
    (undoStatus === undefined || undo.get(objectId) === undoStatus) &&
    (before === undefined || sendAt < (findTime(before) ?? Number.NEGATIVE_INFINITY)) &&
    (after === undefined || sendAt >= (findTime(after) ?? Number.POSITIVE_INFINITY))
  );
}

/** Of two that are the same in all that is asked for, the newer is the first. */
function ordering(sort: readonly SortBy[]): (a: SentPlace, b: SentPlace) => number {
  return (a, b) => {
    for (const { property, isAscending } of sort) {
      const way = compare(keyOf(a, property), keyOf(b, property));
      if (way !== 0) return isAscending ? way : -way;
    }
    return b.objectId - a.objectId;
  };
}

function keyOf(place: SentPlace, property: string): number | string {
  if (property === "emailId") return place.objectId;
  return property === "threadId" ? (place.conversation ?? "") : place.sendAt;
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4). */
import { capabilities } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { collate, findCollation } from "../../objects/collate.ts";
import { findId, findState, formatId, formatState } from "../../objects/ids.ts";
import { listMailboxChanges } from "../../objects/mailbox-changes.ts";
import { standardRole } from "../../objects/mailboxes.ts";
import { sortAsTree, wholeBranches, withBranches } from "../../objects/query-mailboxes.ts";
import { getAccountState } from "../../store/account-store.ts";
import { listMailboxes, type Mailbox } from "../../store/mailbox-store.ts";
import type { Store } from "../../store/sql.ts";
import { closed, IdSchema, resolveId } from "./arguments.ts";
import { foldChanges } from "./changes.ts";
import type { MethodCall, Methods } from "./method.ts";
import { queryMethod, showWindow } from "./query.ts";
import { type FilterTree, meetsFilter, type SortBy } from "./query-arguments.ts";
import { deltaOf, queryChangesMethod } from "./query-changes.ts";

export interface MailboxQueryContext {
  store: Store;
}

const text = Type.String({ maxLength: 255 });
const Condition = Type.Object(
  {
    parentId: Type.Optional(Type.Union([IdSchema, Type.Null()])),
    name: Type.Optional(text),
    role: Type.Optional(Type.Union([text, Type.Null()])),
    hasAnyRole: Type.Optional(Type.Boolean()),
    isSubscribed: Type.Optional(Type.Boolean()),
  },
  closed,
);

const type = {
  capability: capabilities.mail,
  scope: "read",
  more: Type.Object(
    { sortAsTree: Type.Optional(Type.Boolean()), filterAsTree: Type.Optional(Type.Boolean()) },
    closed,
  ),
  condition: Condition,
  sorts: { sortOrder: {}, name: {}, parentId: {} },
} as const;

/** More changes than that are not followed: an account has fewer mailboxes. */
const mostChanges = 2_000;

export function mailboxQueryMethods({ store }: MailboxQueryContext): Methods {
  return { "Mailbox/query": query(store), "Mailbox/queryChanges": queryChanges(store) };
}

function query(store: Store) {
  return queryMethod({
    ...type,
    async query(call, asked) {
      // Read first: what is written meanwhile is told by the changes since.
      const state = await getAccountState(store.read, call.caller.accountId);
      const all = await listMailboxes(store.read, call.caller.accountId);
      const ids = find(all, call, asked).map(({ id }) => formatId("mailbox", id));
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
    async queryChanges(call, asked) {
      const { accountId } = call.caller;
      const since = findState(asked.sinceQueryState);
      const state = await getAccountState(store.read, accountId);
      if (since === undefined || since > state) return undefined;
      const all = await listMailboxes(store.read, accountId);
      const changes = await listMailboxChanges(store.read, accountId, since, mostChanges);
      if (changes === undefined || changes.length === mostChanges) return undefined;
      const written = foldChanges(
        changes
          .filter(({ isOnlyCounts }) => !isOnlyCounts)
          .map(({ state: at, mailboxId, change }) => ({
            state: at,
            id: formatId("mailbox", mailboxId),
            change,
          })),
      );
      const isTree = asked.more.sortAsTree === true || asked.more.filterAsTree === true;
      const updated = isTree ? branchesOf(written.updated, all) : written.updated;
      const results = find(all, call, asked).map(({ id }) => formatId("mailbox", id));
      return {
        ...deltaOf(results, { ...written, updated }, { upToId: asked.upToId, isFixed: false }),
        total: results.length,
        newQueryState: formatState(state),
      };
    },
  });
}

/** With a mailbox moves all that lies in it. */
function branchesOf(updated: readonly string[], all: readonly Mailbox[]): string[] {
  const ids = new Set(updated.map((id) => findId("mailbox", id) ?? -1));
  return [...withBranches(ids, all)].map((id) => formatId("mailbox", id));
}

interface Asked {
  filter: FilterTree<Static<typeof Condition>> | undefined;
  sort: readonly SortBy[];
  more: Static<typeof type.more>;
}

function find(all: readonly Mailbox[], call: MethodCall, { filter, sort, more }: Asked): Mailbox[] {
  const met = all.filter((mailbox) => meetsFilter(filter, (condition) => meets(mailbox, condition, call)));
  const some = more.filterAsTree === true ? wholeBranches(met) : met;
  const order = orderOf(sort);
  return more.sortAsTree === true ? sortAsTree(some, all, order) : some.toSorted(order);
}

function meets(mailbox: Mailbox, condition: Static<typeof Condition>, call: MethodCall): boolean {
  const { parentId, name, role, hasAnyRole, isSubscribed } = condition;
  if (parentId !== undefined && mailbox.parentId !== parentOf(parentId, call)) return false;
  if (name !== undefined && !folded(mailbox.name).includes(folded(name))) return false;
  if (role !== undefined && standardRole(mailbox) !== role) return false;
  if (hasAnyRole !== undefined && (standardRole(mailbox) !== null) !== hasAnyRole) return false;
  return isSubscribed === undefined || mailbox.isSubscribed === isSubscribed;
}

/** Undefined for the top; no mailbox lies in one that is none. */
function parentOf(id: string | null, call: MethodCall): number | undefined {
  if (id === null) return undefined;
  const resolved = resolveId(call, id);
  return (resolved === undefined ? undefined : findId("mailbox", resolved)) ?? -1;
}

function folded(name: string): string {
  return collate(name, "i;unicode-casemap");
}

/** Of those that are the same in all else the older comes first. */
function orderOf(sort: readonly SortBy[]): (a: Mailbox, b: Mailbox) => number {
  const comparators =
    sort.length === 0 ? [{ property: "sortOrder", isAscending: true, collation: undefined }] : sort;
  return (a, b) => {
    for (const comparator of comparators) {
      const one = keyOf(a, comparator);
      const other = keyOf(b, comparator);
      if (one !== other) return one < other === comparator.isAscending ? -1 : 1;
    }
    return a.id - b.id;
  };
}

function keyOf(
  mailbox: Mailbox,
  { property, collation }: Pick<SortBy, "property" | "collation">,
): string | number {
  if (property === "name") return collate(mailbox.name, findCollation(collation));
  return property === "parentId" ? (mailbox.parentId ?? 0) : mailbox.sortOrder;
}

/** Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5). */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { findId, findState, formatId, formatState } from "../../objects/ids.ts";
import { type LookBudget, type Query, type QueryContext, QueryTooWide } from "../../objects/query-context.ts";
import { findDelta, isFollowed } from "../../objects/query-delta.ts";
import type { MailReading } from "../../objects/query-mail.ts";
import { queryMails, type Window } from "../../objects/query-mails.ts";
import { getAccountState } from "../../store/account-store.ts";
import type { Turn } from "../../store/query-turns.ts";
import type { Store } from "../../store/sql.ts";
import { closed, resolveId } from "./arguments.ts";
import { EmailCondition, emailFilter, emailOrder, emailSorts, refuseUnused } from "./email-filter.ts";
import { type MethodCall, type Methods, refuseCall, refuseGone } from "./method.ts";
import { type QueryWindow, queryMethod } from "./query.ts";
import { queryChangesMethod } from "./query-changes.ts";

export interface EmailQueryContext {
  store: Store;
  /** Shared by all that takes long. */
  turn: Turn;
  reading: MailReading;
}

/**
 * Messages that the calls of one request may look at together, each counted once for every condition; one whose text is
 * read counts as ten and more.
 */
const mostLooks = 3_000_000;
/** The same for changes: to query anew is cheaper than to go through more. */
const mostLooksForChanges = 100_000;
const attempts = 3;

const type = {
  capability: capabilities.mail,
  scope: "read",
  more: Type.Object({ collapseThreads: Type.Optional(Type.Boolean()) }, closed),
  condition: EmailCondition,
  sorts: emailSorts,
} as const;

export function emailQueryMethods(ctx: EmailQueryContext): Methods {
  return { "Email/query": query(ctx), "Email/queryChanges": queryChanges(ctx) };
}

function query(ctx: EmailQueryContext) {
  return queryMethod({
    ...type,
    async query(call, asked) {
      const wanted = queryOf(call, asked);
      const at = await queryContext(ctx, call);
      const window = windowOf(call, asked.window);
      const shown = await refusingTooWide(() => queryMails(at, wanted, window, asked.withTotal));
      if (shown === undefined) return refuseCall("anchorNotFound", "The anchor is not among the results.");
      return {
        ids: shown.ids.map((id) => formatId("email", id)),
        position: shown.position,
        total: shown.total,
        queryState: formatState(at.newestId),
        canCalculateChanges: isFollowed(wanted),
      };
    },
  });
}

function queryChanges(ctx: EmailQueryContext) {
  return queryChangesMethod({
    ...type,
    async queryChanges(call, asked) {
      const wanted = queryOf(call, asked);
      const since = findState(asked.sinceQueryState);
      if (since === undefined) return undefined;
      for (let attempt = 0; attempt < attempts; attempt++) {
        const at = await queryContext(ctx, call, mostLooksForChanges);
        if (since > at.newestId) return undefined;
        const delta = await undefinedWhenTooWide(() => findDelta(at, wanted, since, asked.withTotal));
        if (delta === undefined) return undefined;
        // Places that were counted while something changed are those of no state.
        if ((await getAccountState(at.db, at.accountId)) !== at.newestId) continue;
        return {
          newQueryState: formatState(at.newestId),
          total: delta.total,
          removed: delta.removed.map((id) => formatId("email", id)),
          added: delta.added.map(({ id, index }) => ({ id: formatId("email", id), index })),
        };
      }
      return undefined;
    },
  });
}

function queryOf(call: MethodCall, { filter, sort, more }: Asked): Query {
  refuseUnused(call, filter);
  return {
    filter: emailFilter(filter),
    sort: emailOrder(sort),
    collapseThreads: more.collapseThreads ?? false,
  };
}

interface Asked {
  filter: Parameters<typeof emailFilter>[0];
  sort: Parameters<typeof emailOrder>[0];
  more: { collapseThreads?: boolean };
}

const budgets = new WeakMap<MethodCall, LookBudget>();

/** What is left to the request that a call is of. */
function budgetOf(call: MethodCall): LookBudget {
  const known = budgets.get(call);
  if (known !== undefined) return known;
  const budget = { left: mostLooks };
  budgets.set(call, budget);
  return budget;
}

/** What a call of the caller's works with. */
export async function queryContext(
  { store, turn, reading }: EmailQueryContext,
  call: MethodCall,
  most = mostLooks,
): Promise<QueryContext> {
  const db = store.read;
  const { accountId } = call.caller;
  const newestId = await getAccountState(db, accountId);
  const turnWhileAwaited = async () => {
    await turn();
    refuseGone(call);
  };
  return {
    db,
    accountId,
    newestId,
    turn: turnWhileAwaited,
    budgets: [budgetOf(call), { left: most }],
    reading,
  };
}

function windowOf(call: MethodCall, window: QueryWindow): Window {
  if (window.from === "position") return window;
  const id = resolveId(call, window.anchor);
  return { ...window, anchor: (id === undefined ? undefined : findId("email", id)) ?? -1 };
}

export async function refusingTooWide<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof QueryTooWide) return refuseCall("unsupportedFilter", error.message);
    throw error;
  }
}

async function undefinedWhenTooWide<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof QueryTooWide) return undefined;
    throw error;
  }
}

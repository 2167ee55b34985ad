/** Quota/get, /changes, /query and /queryChanges (RFC 9425): the room of an account, which all of its data shares. */
import { capabilities } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { findState, formatState } from "../../objects/ids.ts";
import { readState } from "../../objects/states.ts";
import { findAccount, getAccountState } from "../../store/account-store.ts";
import { isKnownState, typesChangedSince } from "../../store/change-store.ts";
import type { Store } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import { changesMethod } from "./changes.ts";
import { getMethod } from "./get.ts";
import type { Methods } from "./method.ts";
import { queryMethod, showWindow } from "./query.ts";
import { type FilterTree, meetsFilter } from "./query-arguments.ts";
import { queryChangesMethod } from "./query-changes.ts";

export interface QuotaContext {
  store: Store;
}

const common = { capability: capabilities.quota, scope: "read", more: noMore } as const;
const properties = [
  "id",
  "resourceType",
  "used",
  "hardLimit",
  "scope",
  "name",
  "types",
  "description",
] as const;

/** There is one: of the bytes of an account. */
const quota = {
  id: "octets",
  resourceType: "octets",
  scope: "account",
  name: "Storage",
  types: ["Email", "Record"],
  description: "What messages, their files and the records of clients take together.",
} as const;

const Condition = Type.Object(
  {
    name: Type.Optional(Type.String()),
    scope: Type.Optional(Type.String()),
    resourceType: Type.Optional(Type.String()),
    type: Type.Optional(Type.String()),
  },
  closed,
);

const querying = { ...common, condition: Condition, sorts: { name: {}, used: {} } } as const;

export function quotaMethods({ store }: QuotaContext): Methods {
  return {
    "Quota/get": get(store),
    "Quota/changes": changes(store),
    "Quota/query": query(store),
    "Quota/queryChanges": queryChanges(store),
  };
}

function get(store: Store) {
  return getMethod({
    ...common,
    properties,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller }, { ids }) {
      if (ids?.includes(quota.id) === false) return [];
      const account = await findAccount(store.read, caller.accountId);
      if (account === undefined) return [];
      return [{ ...quota, used: account.usedBytes, hardLimit: account.quotaBytes }];
    },
  });
}

/** What is used changes with every message that comes or goes: asked for, it is told; pushed it is not (RFC 9425 §4.3). */
function changes(store: Store) {
  return changesMethod({
    ...common,
    tellsProperties: true,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller: { accountId } }, { since }) {
      if (!(await isKnownState(store.read, accountId, since))) return undefined;
      const state = await getAccountState(store.read, accountId);
      const types = await typesChangedSince(store.read, accountId, since);
      const change = { state, id: quota.id, change: "updated" } as const;
      if (types.has("Quota")) return [change];
      return types.has("Email") || types.has("Record") ? [{ ...change, properties: ["used"] }] : [];
    },
  });
}

function query(store: Store) {
  return queryMethod({
    ...querying,
    async query({ caller }, { filter, window, withTotal }) {
      const results = find(filter);
      return {
        ...showWindow(results, window),
        ...(withTotal ? { total: results.length } : {}),
        queryState: await readState(store.read, caller.accountId),
        canCalculateChanges: true,
      };
    },
  });
}

/** Neither the quota nor anything that it is looked for by ever changes. */
function queryChanges(store: Store) {
  return queryChangesMethod({
    ...querying,
    async queryChanges({ caller }, { filter, sinceQueryState, withTotal }) {
      const state = await getAccountState(store.read, caller.accountId);
      const since = findState(sinceQueryState);
      if (since === undefined || since > state) return undefined;
      const total = withTotal ? { total: find(filter).length } : {};
      return { newQueryState: formatState(state), ...total, removed: [], added: [] };
    },
  });
}

function find(filter: FilterTree<Static<typeof Condition>> | undefined): string[] {
  const isMet = meetsFilter(filter, ({ name, scope, resourceType, type }) => {
    const types: readonly string[] = quota.types;
    return (
      (name === undefined || quota.name.includes(name)) &&
      (scope === undefined || scope === quota.scope) &&
      (resourceType === undefined || resourceType === quota.resourceType) &&
      (type === undefined || types.includes(type))
    );
  });
  return isMet ? [quota.id] : [];
}

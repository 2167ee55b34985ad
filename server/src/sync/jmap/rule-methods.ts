/** Rule/get, /changes and /set (§85): what is done with mail as it arrives. */
import { capabilities, limits, oneLine } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { findId, formatId } from "../../objects/ids.ts";
import {
  type Actions,
  changeRule,
  conditionsSchema,
  createRule,
  destroyRule,
  type Rule,
  readRules,
} from "../../objects/rules.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { isKnownState, listChanges } from "../../store/change-store.ts";
import { listMailboxes } from "../../store/mailbox-store.ts";
import type { Store, Tx } from "../../store/sql.ts";
import { closed, noMore, resolveId, UnsignedIntSchema } from "./arguments.ts";
import { changesMethod } from "./changes.ts";
import { mailboxIdsOf, readKeywords, refuseManyMailboxes, SetSchema, wireSet } from "./email-marks.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { type Methods, refuseObject } from "./method.ts";
import { type SetCall, setMethod } from "./set.ts";

export interface RuleContext {
  store: Store;
}

const capability = capabilities.posthorn;
const flag = Type.Optional(Type.Boolean());

const ActionsSchema = Type.Object(
  {
    mailboxIds: Type.Optional(SetSchema),
    keywords: Type.Optional(SetSchema),
    skipInbox: flag,
    moveTo: Type.Optional(Type.Enum(["junk", "trash"])),
    stop: flag,
  },
  closed,
);
const fields = {
  name: oneLine(limits.label),
  sortOrder: UnsignedIntSchema,
  isEnabled: Type.Boolean(),
  conditions: conditionsSchema,
  actions: ActionsSchema,
};
const Update = Type.Partial(Type.Object(fields), closed);
const { conditions, actions, ...optional } = fields;
const Create = Type.Object(
  { ...Type.Partial(Type.Object(optional)).properties, conditions, actions },
  closed,
);
const defaults = { name: "", sortOrder: 0, isEnabled: true };

export function ruleMethods({ store }: RuleContext): Methods {
  return { "Rule/get": get(store), "Rule/changes": changes(store), "Rule/set": set(store) };
}

function get(store: Store) {
  return getMethod({
    capability,
    scope: "read",
    more: noMore,
    properties: ["id", ...Object.keys(fields)],
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller }, { ids }) {
      const views = (await readRules(store.read, caller.accountId)).map(ruleView);
      return ids === undefined ? views : views.filter(({ id }) => ids.includes(id));
    },
  });
}

function changes(store: Store) {
  return changesMethod({
    capability,
    scope: "read",
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller: { accountId } }, { since, limit }) {
      if (!(await isKnownState(store.read, accountId, since))) return undefined;
      const found = await listChanges(store.read, accountId, "Rule", since, limit);
      return found.map(({ state, objectId, change }) => ({ state, id: formatId("rule", objectId), change }));
    },
  });
}

function set(store: Store) {
  return setMethod({
    capability,
    scope: "draft",
    more: noMore,
    write: holdingAccount(store),
    state: ({ tx, caller }) => readState(tx, caller.accountId),
    isState: ({ tx, caller }, state) => isStateOf(tx, caller.accountId, ["Rule"], state),
    create: {
      schema: Create,
      async run(at, given) {
        const rule = { ...defaults, ...given, actions: await readActions(at, given.actions) };
        const made = await createRule(at.tx, at.caller.accountId, rule);
        if (made === undefined) {
          return refuseObject("overQuota", "An account can have 100 rules. Delete one that is not needed.");
        }
        const filled = Object.entries(defaults).filter(([name]) => !Object.hasOwn(given, name));
        return { ...Object.fromEntries(filled), id: formatId("rule", made.id) };
      },
    },
    async find({ tx, caller }, id) {
      const wanted = findId("rule", id);
      return (await readRules(tx, caller.accountId)).find((rule) => rule.id === wanted);
    },
    update: {
      schema: Update,
      view: ruleView,
      defaults,
      async run(at, rule, { actions: wanted, ...change }) {
        const kept = wanted === undefined ? rule.actions : await readActions(at, wanted);
        await changeRule(at.tx, at.caller.accountId, { ...rule, ...change, actions: kept });
        return null;
      },
    },
    destroy: ({ tx, caller }, { id }) => destroyRule(tx, caller.accountId, id),
  });
}

/** Throws SetFailure for mailboxes that are not there and for what is no keyword. */
async function readActions(
  at: SetCall<Tx, unknown>,
  { mailboxIds, keywords, ...rest }: Static<typeof ActionsSchema>,
): Promise<Actions> {
  const marks = keywords === undefined ? {} : { keywords: readKeywords(keywords) };
  if (mailboxIds === undefined) return { ...rest, ...marks };
  refuseManyMailboxes(mailboxIds);
  const there = new Set((await listMailboxes(at.tx, at.caller.accountId)).map(({ id }) => id));
  const mailboxes = Object.keys(mailboxIds).map((id) => findId("mailbox", resolveId(at, id) ?? "") ?? -1);
  if (mailboxes.some((id) => !there.has(id))) {
    refuseObject("invalidProperties", "There is no such mailbox in this account.", {
      properties: ["actions"],
    });
  }
  return { ...rest, ...marks, mailboxes };
}

function ruleView({ id, name, sortOrder, isEnabled, conditions: wanted, actions: done }: Rule) {
  const { mailboxes, keywords, ...rest } = done;
  return {
    id: formatId("rule", id),
    name,
    sortOrder,
    isEnabled,
    conditions: wanted,
    actions: {
      ...rest,
      ...(mailboxes === undefined ? {} : { mailboxIds: mailboxIdsOf(mailboxes) }),
      ...(keywords === undefined ? {} : { keywords: wireSet(keywords) }),
    },
  };
}

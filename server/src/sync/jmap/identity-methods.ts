/** Identity/get, /changes and /set (RFC 8621 §6.1 to §6.3). */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import {
  changeIdentity,
  createIdentity,
  destroyIdentity,
  type Identity,
  identityFields,
  noFields,
  readIdentities,
} from "../../objects/identities.ts";
import { findId, formatId } from "../../objects/ids.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { isKnownState, listChanges } from "../../store/change-store.ts";
import type { Db, Store } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import { changesMethod } from "./changes.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { type JmapCaller, type Methods, refuseObject } from "./method.ts";
import { setMethod } from "./set.ts";

export interface IdentityContext {
  store: Store;
  host: string;
}

const reading = { capability: capabilities.submission, scope: "read" } as const;

const Update = Type.Partial(Type.Object(identityFields), closed);
const Create = Type.Object({ ...Update.properties, email: Type.String() }, closed);

const properties = [
  "id",
  "name",
  "email",
  "replyTo",
  "bcc",
  "textSignature",
  "htmlSignature",
  "mayDelete",
] as const;

export function identityMethods({ store, host }: IdentityContext): Methods {
  return {
    "Identity/get": get(store, host),
    "Identity/changes": changes(store),
    "Identity/set": set(store, host),
  };
}

function get(store: Store, host: string) {
  return getMethod({
    ...reading,
    more: noMore,
    properties,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller }, { ids }) {
      const views = (await readIdentities(store.read, caller, host)).map(identityView);
      return ids === undefined ? views : views.filter(({ id }) => ids.includes(id));
    },
  });
}

function changes(store: Store) {
  return changesMethod({
    ...reading,
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller: { accountId } }, { since, limit }) {
      if (!(await isKnownState(store.read, accountId, since))) return undefined;
      const found = await listChanges(store.read, accountId, "Identity", since, limit);
      return found.map(({ state, objectId, change }) => ({
        state,
        id: formatId("identity", objectId),
        change,
      }));
    },
  });
}

function set(store: Store, host: string) {
  return setMethod({
    capability: capabilities.submission,
    scope: "draft",
    more: noMore,
    write: holdingAccount(store),
    state: ({ tx, caller }) => readState(tx, caller.accountId),
    isState: ({ tx, caller }, state) => isStateOf(tx, caller.accountId, ["Identity"], state),
    create: {
      schema: Create,
      async run({ tx, caller }, given) {
        const outcome = await createIdentity(tx, caller, host, { ...noFields, ...given });
        if (!outcome.ok) return refuseObject(outcome.fault, outcome.sentence);
        const { id, mayDelete } = identityView(outcome.identity);
        const asked = new Set(Object.keys(given));
        const filled = Object.entries(noFields).filter(([name]) => !asked.has(name));
        const { email } = outcome.identity;
        return {
          ...Object.fromEntries(filled),
          ...(email === given.email ? {} : { email }),
          id,
          mayDelete,
        };
      },
    },
    find: ({ tx, caller }, id) => findIdentity(tx, caller, host, id),
    update: {
      schema: Update,
      view: identityView,
      defaults: noFields,
      async run({ tx, caller }, identity, change) {
        await changeIdentity(tx, caller.accountId, { ...identity, ...change });
        return null;
      },
    },
    async destroy({ tx, caller }, { id, email, mayDelete }) {
      if (!mayDelete)
        refuseObject("forbidden", `${email} is the account's own address and cannot be deleted.`);
      await destroyIdentity(tx, caller.accountId, id);
    },
  });
}

/** The identity that a client names; undefined when the account has none like that. */
export async function findIdentity(
  db: Db,
  caller: JmapCaller,
  host: string,
  id: string,
): Promise<Identity | undefined> {
  const wanted = findId("identity", id);
  return (await readIdentities(db, caller, host)).find((one) => one.id === wanted);
}

function identityView(identity: Identity) {
  const { id, name, email, replyTo, bcc, textSignature, htmlSignature, mayDelete } = identity;
  return {
    id: formatId("identity", id),
    name,
    email,
    replyTo: named(replyTo),
    bcc: named(bcc),
    textSignature,
    htmlSignature,
    mayDelete,
  };
}

function named(addresses: Identity["replyTo"]) {
  return addresses?.map(({ name = null, email }) => ({ name, email })) ?? null;
}

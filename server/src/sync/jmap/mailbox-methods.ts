/** Mailbox/get, /changes and /set (RFC 8621 §2.1, §2.2, §2.5). */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import type { Clock } from "../../env/env.ts";
import { findId, formatId } from "../../objects/ids.ts";
import { listMailboxChanges } from "../../objects/mailbox-changes.ts";
import { haveNameTwice, type MailboxFault } from "../../objects/mailbox-faults.ts";
import { changeMailbox, createMailbox, destroyMailbox } from "../../objects/mailboxes.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { listMailboxes, type Mailbox, type MailboxFields } from "../../store/mailbox-store.ts";
import type { Store, Tx } from "../../store/sql.ts";
import { closed, IdSchema, noMore, nullable, resolveId, UnsignedIntSchema } from "./arguments.ts";
import { changesMethod } from "./changes.ts";
import { emptyFirst } from "./empty-first.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { countProperties, mailboxProperties, mailboxView, ourMailboxProperties } from "./mailbox-view.ts";
import { type JmapObject, type Method, type MethodCall, type Methods, refuseObject } from "./method.ts";
import { isSameJson } from "./patch.ts";
import { type SetCall, type SetWrite, setMethod } from "./set.ts";

export interface MailboxContext {
  store: Store;
  clock: Clock;
}

const reading = { capability: capabilities.mail, scope: "read" } as const;
const writing = { capability: capabilities.mail, scope: "draft" } as const;

const Fields = {
  name: Type.String(),
  parentId: nullable(IdSchema),
  sortOrder: Type.Optional(UnsignedIntSchema),
  isSubscribed: Type.Optional(Type.Boolean()),
};
const Create = Type.Object({ ...Fields, role: Type.Optional(Type.Null()) }, closed);
const Update = Type.Object({ ...Fields, name: Type.Optional(Fields.name) }, closed);
const SetMore = Type.Object({ onDestroyRemoveEmails: Type.Optional(Type.Boolean()) }, closed);

export function mailboxMethods(ctx: MailboxContext): Methods {
  const { store } = ctx;
  return { "Mailbox/get": get(store), "Mailbox/changes": changes(store), "Mailbox/set": set(ctx) };
}

function get(store: Store) {
  return getMethod({
    ...reading,
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    properties: mailboxProperties,
    isProperty: (call, name) => ourMailboxProperties(call).includes(name),
    defaults: (call) => [...mailboxProperties, ...ourMailboxProperties(call)],
    async list({ caller }, { ids }) {
      const views = (await listMailboxes(store.read, caller.accountId)).map((one) =>
        mailboxView(one, caller),
      );
      return ids === undefined ? views : views.filter(({ id }) => ids.includes(id));
    },
  });
}

function changes(store: Store) {
  return changesMethod({
    ...reading,
    more: noMore,
    tellsProperties: true,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller }, { since, limit }) {
      const found = await listMailboxChanges(store.read, caller.accountId, since, limit);
      return found?.map(({ state, mailboxId, change, isOnlyCounts }) => ({
        state,
        id: formatId("mailbox", mailboxId),
        change,
        properties: isOnlyCounts ? countProperties : undefined,
      }));
    },
  });
}

/** A transaction, and whether mailboxes may have a name twice in it as long as it goes on. */
interface Writing {
  tx: Tx;
  mayClash: boolean;
}

/**
 * The whole call as if all of it happened at once, so that mailboxes can swap their names (RFC 8620 §5.3). Where a name is
 * there twice in the end it is done again, and each that would take another's is refused.
 */
function asOne(store: Store): SetWrite<Writing> {
  const hold = holdingAccount(store);
  const clash = new Error("a name is there twice");
  return async (call, work) => {
    try {
      return await hold(call, async (tx) => {
        const result = await work({ tx, mayClash: true });
        if (haveNameTwice(await listMailboxes(tx, call.caller.accountId))) throw clash;
        return result;
      });
    } catch (error) {
      if (error !== clash) throw error;
      return hold(call, (tx) => work({ tx, mayClash: false }));
    }
  };
}

function set(ctx: MailboxContext): Method {
  const { store, clock } = ctx;
  const how = ({ tx: { mayClash } }: { tx: Writing }) => ({ now: clock.now(), mayClash });
  return setMethod({
    ...writing,
    more: SetMore,
    write: asOne(store),
    ahead: (call, wanted, { onDestroyRemoveEmails }) =>
      onDestroyRemoveEmails === true ? emptyFirst(ctx, call, wanted) : Promise.resolve(false),
    state: ({ tx: { tx }, caller }) => readState(tx, caller.accountId),
    isState: ({ tx: { tx }, caller }, state) => isStateOf(tx, caller.accountId, ["Mailbox"], state),
    create: {
      schema: Create,
      async run(at, given) {
        const { parentId, sortOrder = 0, isSubscribed = true } = given;
        const fields = { name: given.name, parentId: parentOf(at, parentId), sortOrder, isSubscribed };
        const outcome = await createMailbox(at.tx.tx, at.caller.accountId, fields, how(at));
        if (!outcome.ok) return refuse(outcome);
        const view = mailboxView(outcome.mailbox, at.caller);
        const shown = [...mailboxProperties, ...ourMailboxProperties(at)];
        return { ...unknownTo(given, view, shown), id: view.id };
      },
    },
    find: findMailbox,
    update: {
      schema: Update,
      view: ({ view }: Stored) => view,
      defaults: { sortOrder: 0, isSubscribed: true, parentId: null },
      async run(at, { mailbox }, change) {
        const { parentId, ...others } = change;
        const fields: MailboxFields = {
          ...mailbox,
          ...others,
          ...(parentId === undefined ? {} : { parentId: parentOf(at, parentId) }),
        };
        const outcome = await changeMailbox(at.tx.tx, at.caller.accountId, mailbox, fields, how(at));
        if (!outcome.ok) return refuse(outcome);
        const { name } = outcome.mailbox;
        return change.name === undefined || change.name === name ? null : { name };
      },
    },
    async destroy({ tx: { tx }, caller, more }, { mailbox }) {
      const fault = await destroyMailbox(tx, caller.accountId, mailbox, more.onDestroyRemoveEmails === true);
      if (fault !== undefined) refuse(fault);
    },
    againAfter: ["mailboxHasChild"],
  });
}

/** A mailbox with how the caller sees it, which is what it may give back unchanged. */
interface Stored {
  mailbox: Mailbox;
  view: ReturnType<typeof mailboxView>;
}

async function findMailbox(
  { tx: { tx }, caller }: Pick<SetCall<Writing, unknown>, "tx" | "caller">,
  id: string,
): Promise<Stored | undefined> {
  const wanted = findId("mailbox", id);
  const mailbox = (await listMailboxes(tx, caller.accountId)).find((one) => one.id === wanted);
  return mailbox && { mailbox, view: mailboxView(mailbox, caller) };
}

/** Throws SetFailure for what is no mailbox's id; whether there is that one is seen when it is written. */
function parentOf(call: MethodCall, parentId: string | null | undefined): number | undefined {
  if (parentId === null || parentId === undefined) return undefined;
  const id = findId("mailbox", resolveId(call, parentId) ?? "");
  const sentence = "There is no such mailbox to put it in.";
  return id ?? refuse({ fault: "invalid", field: "parentId", sentence });
}

/** Throws SetFailure. */
function refuse(fault: MailboxFault): never {
  if (fault.fault !== "invalid") return refuseObject(fault.fault, fault.sentence);
  return refuseObject("invalidProperties", fault.sentence, { properties: [fault.field] });
}

/** What a client that gave some properties does not know of the object that was made (RFC 8620 §5.3). */
function unknownTo(given: JmapObject, made: JmapObject, shown: readonly string[]): JmapObject {
  return Object.fromEntries(
    shown.filter((name) => !isSameJson(given[name], made[name])).map((name) => [name, made[name]]),
  );
}

/** Email/set (RFC 8621 §4.6): marking, moving and destroying. */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { changeMessage, destroyMessage } from "../../objects/change-message.ts";
import { findId } from "../../objects/ids.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { listMailboxes } from "../../store/mailbox-store.ts";
import { findObject, type StoredObject } from "../../store/object-store.ts";
import type { Store, Tx } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import {
  mailboxIdsOf,
  readKeywords,
  readMailboxIds,
  SetSchema,
  wireSet,
  withLowerKeywords,
} from "./email-marks.ts";
import { holdingAccount } from "./hold-account.ts";
import type { JmapObject, Method } from "./method.ts";
import { isSameJson } from "./patch.ts";
import { runSet, type SetCall, type SetWrite } from "./set.ts";

/** The transaction of one call, and the mailboxes there are in it. */
interface MailTx {
  tx: Tx;
  mailboxes: ReadonlySet<number>;
}

const Update = Type.Object(
  { keywords: Type.Optional(SetSchema), mailboxIds: Type.Optional(SetSchema) },
  closed,
);

export function emailSet(store: Store): Method {
  const type = {
    capability: capabilities.mail,
    scope: "draft",
    more: noMore,
    write: inMailboxes(store),
    state: ({ tx: { tx }, caller }: SetCall<MailTx, unknown>) => readState(tx, caller.accountId),
    isState: ({ tx: { tx }, caller }: SetCall<MailTx, unknown>, state: string) =>
      isStateOf(tx, caller.accountId, ["Email"], state),
    async find({ tx: { tx }, caller }: SetCall<MailTx, unknown>, id: string) {
      const found = findId("email", id);
      return found === undefined ? undefined : findObject(tx, caller.accountId, found);
    },
    update: {
      schema: Update,
      view: (object: StoredObject) => ({
        keywords: wireSet(object.keywords),
        mailboxIds: mailboxIdsOf(object.mailboxes),
      }),
      defaults: { keywords: {} },
      run: update,
    },
    async destroy({ tx: { tx } }: SetCall<MailTx, unknown>, object: StoredObject) {
      await destroyMessage(tx, object);
    },
  } as const;
  return {
    capability: type.capability,
    scope: type.scope,
    run: async (call, args) => (await runSet(type, call, withLowerKeywords(args))).answer,
  };
}

function inMailboxes(store: Store): SetWrite<MailTx> {
  const hold = holdingAccount(store);
  return (call, work) =>
    hold(call, async (tx) => {
      const mailboxes = await listMailboxes(tx, call.caller.accountId);
      return work({ tx, mailboxes: new Set(mailboxes.map(({ id }) => id)) });
    });
}

/** Answers with the keywords when they are kept otherwise than they were given. */
async function update(
  at: SetCall<MailTx, unknown>,
  object: StoredObject,
  wanted: { keywords?: Record<string, true>; mailboxIds?: Record<string, true> },
): Promise<JmapObject | null> {
  const { tx, mailboxes: there } = at.tx;
  const keywords = wanted.keywords === undefined ? object.keywords : readKeywords(wanted.keywords);
  const mailboxes =
    wanted.mailboxIds === undefined ? object.mailboxes : readMailboxIds(at, wanted.mailboxIds, there);
  if (!isSameSet(keywords, object.keywords) || !isSameSet(mailboxes, object.mailboxes)) {
    await changeMessage(tx, object, { keywords, mailboxes });
  }
  const kept = wireSet(keywords);
  return wanted.keywords === undefined || isSameJson(kept, wanted.keywords) ? null : { keywords: kept };
}

function isSameSet<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

/** Email/set (RFC 8621 §4.6). */
import { capabilities } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { changeMessage, destroyMessage } from "../../objects/change-message.ts";
import { findId } from "../../objects/ids.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { findObject, type StoredObject } from "../../store/object-store.ts";
import type { Store } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import {
  CreateSchema,
  createEmail,
  type EmailCreateContext,
  type WrittenMails,
  writeMails,
} from "./email-create.ts";
import {
  mailboxIdsOf,
  readKeywords,
  readMailboxIds,
  SetSchema,
  wireSet,
  withLowerKeywords,
} from "./email-marks.ts";
import { inMailboxes, type MailTx } from "./email-place.ts";
import type { JmapObject, Method } from "./method.ts";
import { isSameJson } from "./patch.ts";
import { runSet, type SetCall } from "./set.ts";

export interface EmailSetContext extends EmailCreateContext {
  store: Store;
}

const Update = Type.Object(
  { keywords: Type.Optional(SetSchema), mailboxIds: Type.Optional(SetSchema) },
  closed,
);

export function emailSet(ctx: EmailSetContext): Method {
  return {
    capability: capabilities.mail,
    scope: "draft",
    async run(call, args) {
      const type = typeOf(ctx, await writeMails(ctx, call, args));
      return (await runSet(type, call, withLowerKeywords(args))).answer;
    },
  };
}

/** Of one call, whose mails to create are written already. */
function typeOf(ctx: EmailSetContext, written: WrittenMails) {
  return {
    capability: capabilities.mail,
    scope: "draft",
    more: noMore,
    write: inMailboxes(ctx.store),
    state: ({ tx: { tx }, caller }: SetCall<MailTx, unknown>) => readState(tx, caller.accountId),
    isState: ({ tx: { tx }, caller }: SetCall<MailTx, unknown>, state: string) =>
      isStateOf(tx, caller.accountId, ["Email"], state),
    create: {
      schema: CreateSchema,
      run: (at: SetCall<MailTx, unknown>, given: Static<typeof CreateSchema>, creationId: string) =>
        createEmail(ctx, at, given, written.get(creationId)),
    },
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

/** Email/set (RFC 8621 §4.6). */
import { capabilities } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { changeMessage, destroyMessage } from "../../objects/change-message.ts";
import { findId } from "../../objects/ids.ts";
import { furthestSnoozeMs, snoozeMessage, unsnoozeMessage } from "../../objects/snooze.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { findInstant } from "../../rfc5322/dates.ts";
import { findObject, type StoredObject } from "../../store/object-store.ts";
import type { Store, Tx } from "../../store/sql.ts";
import { closed, noMore, nullable } from "./arguments.ts";
import { emailsBefore, findMarks, type StoredMarks } from "./email-before.ts";
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
import type { LargeTurns } from "./large-turns.ts";
import { type JmapObject, type Method, type MethodCall, refuseObject } from "./method.ts";
import { isSameJson } from "./patch.ts";
import { runSet, type SetCall } from "./set.ts";

export interface EmailSetContext extends EmailCreateContext {
  store: Store;
}

const marks = { keywords: Type.Optional(SetSchema), mailboxIds: Type.Optional(SetSchema) };
const Update = Type.Object(marks, closed);
/** What clients that use our capability can change as well (§85). */
const OurUpdate = Type.Object({ ...marks, snoozedUntil: nullable(Type.String()) }, closed);

export function emailSet(ctx: EmailSetContext, turns: LargeTurns): Method {
  return {
    capability: capabilities.mail,
    scope: "draft",
    run: (call, args) =>
      turns.run(async (hold) => {
        const type = typeOf(ctx, call, await writeMails(ctx, call, args, hold));
        return (await runSet(type, call, withLowerKeywords(args))).answer;
      }),
  };
}

/** Of one call, whose mails to create are written already. */
function typeOf(ctx: EmailSetContext, { using }: MethodCall, written: WrittenMails) {
  const before = emailsBefore(ctx);
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
    async find(at: SetCall<MailTx, unknown>, id: string) {
      const found = findId("email", id);
      return found === undefined ? undefined : findMarks(at, found);
    },
    update: {
      schema: using.has(capabilities.posthorn) ? OurUpdate : Update,
      view: (stored: StoredMarks, at: SetCall<MailTx, unknown>, patch: JmapObject) =>
        before(at, stored, patch),
      defaults: { keywords: {} },
      run: (at: SetCall<MailTx, unknown>, { object }: StoredMarks, wanted: Static<typeof OurUpdate>) =>
        update(ctx.clock.now(), at, object, wanted),
    },
    async destroy({ tx: { tx } }: SetCall<MailTx, unknown>, { object }: StoredMarks) {
      await destroyMessage(tx, object);
    },
  } as const;
}

/** Answers with what is kept otherwise than it was given. */
async function update(
  now: number,
  at: SetCall<MailTx, unknown>,
  object: StoredObject,
  wanted: Static<typeof OurUpdate>,
): Promise<JmapObject | null> {
  const { tx, mailboxes: there } = at.tx;
  const until = readSnoozedUntilOf(wanted.snoozedUntil, now);
  const keywords = wanted.keywords === undefined ? object.keywords : readKeywords(wanted.keywords);
  const mailboxes =
    wanted.mailboxIds === undefined ? object.mailboxes : readMailboxIds(at, wanted.mailboxIds, there);
  if (!isSameSet(keywords, object.keywords) || !isSameSet(mailboxes, object.mailboxes)) {
    await changeMessage(tx, object, { keywords, mailboxes });
  }
  if (until !== undefined) return snooze(tx, { ...object, keywords, mailboxes }, until);
  const kept = wireSet(keywords);
  return wanted.keywords === undefined || isSameJson(kept, wanted.keywords) ? null : { keywords: kept };
}

/** Undefined when it is not to change, null when the message is to come back. Throws SetFailure. */
function readSnoozedUntilOf(given: string | null | undefined, now: number): number | null | undefined {
  if (given === undefined || given === null) return given;
  const until = findInstant(given);
  if (until !== undefined && until > now && until <= now + furthestSnoozeMs) return until;
  const sentence = "A message is snoozed until a time that is still to come, such as 2027-01-15T08:00:00Z.";
  return refuseObject("invalidProperties", sentence, { properties: ["snoozedUntil"] });
}

async function snooze(tx: Tx, object: StoredObject, until: number | null): Promise<JmapObject> {
  if (until === null) await unsnoozeMessage(tx, object);
  else await snoozeMessage(tx, object, until);
  const after = (await findObject(tx, object.accountId, object.id)) ?? object;
  return { keywords: wireSet(after.keywords), mailboxIds: mailboxIdsOf(after.mailboxes) };
}

function isSameSet<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

/** An Email as it is before a patch, so that a client may give back whole what Email/get has shown it (RFC 8620 §5.3). */
import { readSnoozedUntil } from "../../objects/snooze.ts";
import { findMessageBytes, findObject, type StoredObject } from "../../store/object-store.ts";
import { readBodyRequest } from "./body-parts.ts";
import { storedEmail } from "./email-get.ts";
import { mailboxIdsOf, wireSet } from "./email-marks.ts";
import type { MailTx } from "./email-place.ts";
import { emailView, isEmailProperty, isOfRow, shortTime } from "./email-view.ts";
import { type JmapObject, refuseObject } from "./method.ts";
import type { OpenBlob } from "./open-blob.ts";
import { isObject } from "./patch.ts";
import type { SetCall } from "./set.ts";
import { mailOfStored } from "./stored-mail.ts";

export interface StoredMarks {
  object: StoredObject;
  snoozedUntil: number | undefined;
}

/** Of messages that are read to be compared, in one call: all other writers to the account wait for that. */
const mostCompared = 8 * 1024 * 1024;
/** Of the properties `header:…` of one message. */
const mostHeaders = 100;

export async function findMarks(
  { tx: { tx }, caller }: SetCall<MailTx, unknown>,
  id: number,
): Promise<StoredMarks | undefined> {
  const object = await findObject(tx, caller.accountId, id);
  if (object === undefined) return undefined;
  const snoozedUntil = (await readSnoozedUntil(tx, caller.accountId, [object])).get(id);
  return { object, snoozedUntil };
}

/**
 * For the updates of one call: answers what can change of a message, and of the rest what a patch names. Throws
 * SetFailure `invalidProperties` when a patch names more of large messages than is compared.
 */
export function emailsBefore(ctx: { openBlob: OpenBlob }) {
  let left = mostCompared;
  return async (
    at: SetCall<MailTx, unknown>,
    { object, snoozedUntil }: StoredMarks,
    patch: JmapObject,
  ): Promise<JmapObject> => {
    const marks = {
      keywords: wireSet(object.keywords),
      mailboxIds: mailboxIdsOf(object.mailboxes),
      snoozedUntil: snoozedUntil === undefined ? null : shortTime(snoozedUntil),
    };
    const named = new Set(Object.keys(patch).map((path) => path.split("/")[0] ?? ""));
    const others = [...named].filter((name) => !Object.hasOwn(marks, name) && isEmailProperty(at, name));
    if (others.length === 0) return marks;
    const unread = others.filter((name) => !isOfRow(name));
    if (unread.length > 0) left -= object.sizeBytes;
    if (left < 0 || unread.filter((name) => name.startsWith("header:")).length > mostHeaders) {
      refuseObject("invalidProperties", "These cannot change. Give only what is to change.", {
        properties: unread,
      });
    }
    const read = async () =>
      (await findMessageBytes(at.tx.tx, object.accountId, object.id)) ?? new Uint8Array();
    const email = storedEmail(ctx, object, snoozedUntil, {
      bytes: read,
      mail: async () => mailOfStored(object, await read()),
    });
    const body = readBodyRequest({ fetchAllBodyValues: named.has("bodyValues") });
    const view = await emailView(email, new Set(others), body);
    return { ...view, ...valuesAsked(view.bodyValues, patch.bodyValues), ...marks };
  };
}

/** Which of the values a client has is for it to say: those it gives back count. */
function valuesAsked(all: unknown, given: unknown): JmapObject {
  if (!isObject(all) || !isObject(given)) return {};
  return {
    bodyValues: Object.fromEntries(Object.entries(all).filter(([partId]) => Object.hasOwn(given, partId))),
  };
}

/** Email/get (RFC 8621 §4.2). */
import { capabilities } from "@posthorn/protocol";
import { findId } from "../../objects/ids.ts";
import { readSnoozedUntil } from "../../objects/snooze.ts";
import { readState } from "../../objects/states.ts";
import type { ParsedMail } from "../../rfc5322/mail.ts";
import {
  listMessageBytes,
  listObjects,
  listObjectsById,
  type StoredObject,
} from "../../store/object-store.ts";
import { openTurns } from "../../store/query-turns.ts";
import type { Store } from "../../store/sql.ts";
import { formatBlobId } from "./blob-ids.ts";
import { BodyArguments, type BodyRequest, readBodyRequest } from "./body-parts.ts";
import {
  emailGetDefaults,
  emailProperties,
  emailView,
  isEmailProperty,
  type StoredEmail,
} from "./email-view.ts";
import { getMethod } from "./get.ts";
import { requireFewHeaders } from "./header-forms.ts";
import { findKept, parseAndKeep } from "./kept-mails.ts";
import type { Hold, LargeTurns } from "./large-turns.ts";
import { type JmapObject, type Method, type MethodCall, refuseCall } from "./method.ts";
import { firstBytes, type OpenBlob } from "./open-blob.ts";
import { textSizeOf } from "./text-size.ts";

export interface EmailGetContext {
  store: Store;
  openBlob: OpenBlob;
}

/** Bytes of messages that are in memory at once. */
const bytesAtOnce = 8 * 1024 * 1024;
/** And those that one call may have read. */
const mostBytes = 64 * 1024 * 1024;
/** Characters that several messages have together in one answer. */
const mostText = 16 * 1024 * 1024;

export function emailGet(ctx: EmailGetContext, turns: LargeTurns): Method {
  const { store } = ctx;
  return getMethod({
    capability: capabilities.mail,
    scope: "read",
    more: BodyArguments,
    state: ({ caller }) => readState(store.read, caller.accountId),
    properties: emailProperties,
    isProperty: isEmailProperty,
    defaults: () => emailGetDefaults,
    async list(call, { ids, limit, properties, more }) {
      const { accountId } = call.caller;
      const body = readBodyRequest(more);
      requireFewHeaders(properties, body.properties);
      const wanted = ids?.map((id) => findId("email", id)).filter((id) => id !== undefined);
      const objects =
        wanted === undefined
          ? await listObjects(store.read, accountId, Number.MAX_SAFE_INTEGER, limit)
          : await listObjectsById(store.read, accountId, wanted);
      return turns.run((hold) => viewAll(ctx, { call, objects, properties, body, hold }));
    },
  });
}

interface Asked {
  call: MethodCall;
  objects: readonly StoredObject[];
  properties: ReadonlySet<string>;
  body: BodyRequest;
  hold: Hold;
}

async function viewAll(
  ctx: EmailGetContext,
  { call, objects, properties, body, hold }: Asked,
): Promise<JmapObject[]> {
  const views: JmapObject[] = [];
  const snoozed = properties.has("snoozedUntil") ? await snoozedOf(ctx.store, objects) : noneSnoozed;
  let bytesRead = 0;
  let textSize = 0;
  for (const batch of inBatches(objects)) {
    const unknown = batch.filter((object) => findKept(call, object) === undefined);
    const read = readingTogether(ctx.store, unknown.length === 0 ? batch : unknown, async (sizeBytes) => {
      bytesRead += sizeBytes;
      if (bytesRead > mostBytes && batch.length < objects.length) {
        refuseCall("requestTooLarge", "These messages are large. Ask for fewer of them at once.");
      }
      await hold(sizeBytes);
    });
    const emails = batch.map((object) =>
      storedEmail(ctx, object, snoozed.get(object.id), {
        bytes: () => read(object.id),
        mail: async () => findKept(call, object) ?? parseAndKeep(call, object, await read(object.id)),
      }),
    );
    for (const email of emails) {
      const view = await emailView(email, properties, body);
      textSize += textSizeOf(view);
      if (textSize > mostText && objects.length > 1) refuseMuchText();
      views.push(view);
    }
  }
  return views;
}

function refuseMuchText(): never {
  return refuseCall(
    "requestTooLarge",
    "These messages have much text. Ask for fewer of them at once, or for less of each by “maxBodyValueBytes”.",
  );
}

const noneSnoozed: ReadonlyMap<number, number> = new Map();

function snoozedOf({ read }: Store, objects: readonly StoredObject[]): Promise<ReadonlyMap<number, number>> {
  return readSnoozedUntil(read, objects[0]?.accountId ?? 0, objects);
}

/** A stored message, and how it is read. */
export function storedEmail(
  { openBlob }: Pick<EmailGetContext, "openBlob">,
  object: StoredObject,
  snoozedUntil: number | undefined,
  read: { bytes: () => Promise<Uint8Array>; mail: () => Promise<ParsedMail> },
): StoredEmail {
  const { accountId, id: objectId } = object;
  return {
    object,
    snoozedUntil,
    readBytes: read.bytes,
    readMail: read.mail,
    async readFile(place, mostBytes) {
      const blobId = formatBlobId({ kind: "file", objectId, place });
      const blob = await openBlob({ accountId, blobId });
      return blob === undefined ? new Uint8Array() : firstBytes(blob.body, mostBytes);
    },
  };
}

/** Messages in the order given, in groups whose bytes can be in memory together. */
function inBatches(objects: readonly StoredObject[]): StoredObject[][] {
  const batches: StoredObject[][] = [];
  let room = 0;
  for (const object of objects) {
    const last = batches.at(-1);
    if (last === undefined || object.sizeBytes > room) {
      batches.push([object]);
      room = bytesAtOnce - object.sizeBytes;
    } else {
      last.push(object);
      room -= object.sizeBytes;
    }
  }
  return batches;
}

/** The bytes of any of these messages; the first that is asked for brings all of them in one reading, held before. */
function readingTogether(
  { read }: Store,
  objects: readonly StoredObject[],
  hold: Hold,
): (id: number) => Promise<Uint8Array> {
  let reading: Promise<Map<number, Uint8Array>> | undefined;
  const turn = openTurns();
  const [first] = objects;
  const readAll = async () => {
    await hold(objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    const ids = objects.map(({ id }) => id);
    return listMessageBytes(read, first?.accountId ?? 0, ids);
  };
  return async (id) => {
    reading ??= readAll();
    const all = await reading;
    // What is made of each keeps the one thread.
    await turn();
    // One that was destroyed meanwhile is shown as what its row told, and without words.
    return all.get(id) ?? new Uint8Array();
  };
}

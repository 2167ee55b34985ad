/** Telling the server of a draft or of settings, and making one of what was written here and elsewhere meanwhile. */
import {
  IdSchema,
  limits,
  ProblemError,
  RecordSchema,
  RecordsSetSchema,
  type SealedRecord,
  shape,
} from "@posthorn/protocol";
import { Type } from "typebox";
import { callMethod, JmapRefusal, readRefusal } from "../jmap.ts";
import type { LocalWriter } from "../local/local-store.ts";
import { draftShape } from "../records/draft-content.ts";
import { type CollectionKey, sealOwn } from "../records/records.ts";
import { type Action, actions } from "./change.ts";
import { fitWithCopy } from "./copy-draft.ts";
import { type Failures, isTooOften } from "./failures.ts";
import { forgetEdit } from "./forget-edits.ts";
import { isPassingRefusal } from "./jmap-batch.ts";
import { type Mail, syncStates } from "./mail-context.ts";
import { isSameLetter, mergeText, valueToTell } from "./merge-text.ts";
import { recordsKey } from "./mirror.ts";
import { openEditText, openRecordValue, ownKey, sealEditText } from "./open-edit.ts";
import {
  collectionOf,
  type Edit,
  type EditedCollection,
  type EditState,
  edits,
  editTexts,
  findWaiting,
  readEdit,
  recordTables,
  refusedTextKey,
} from "./own-edits.ts";
import { keepRefusal, settleTables, type Why } from "./settle.ts";

/** So often in a row another device may be faster. */
const mostRounds = 5;
const pushTables = [...new Set([...settleTables, syncStates])];

/** One that waits, as it is read before each call. */
interface Waiting {
  mail: Mail;
  action: Action;
  key: CollectionKey;
  collection: EditedCollection;
  edit: Edit;
  text: EditState["text"];
  signal: AbortSignal;
}

/**
 * Tells the server of one of them, until it has what is written here; what another device has written meanwhile is made
 * one with it. `more` when it was written on here meanwhile, so that this is to be told too: who writes without a pause keeps
 * nothing else from its turn. Throws what passes, as `callJmap`; what is refused for good is kept with the reason: a draft stays
 * as it is on this device, of all else the server's is seen again.
 */
export async function pushRecord(
  mail: Mail,
  { number }: Action,
  id: string,
  { failures, signal }: { failures: Failures; signal: AbortSignal },
): Promise<"done" | "more"> {
  const collection = collectionOf(id);
  const key = await ownKey(mail, collection);
  for (let round = 1; ; round++) {
    const {
      edit,
      text,
      waiting: action,
    } = await mail.store.read(pushTables, (reader) => readEdit(reader, { id, recordId: "" }));
    // Taken back, or done anew: then that is told.
    if (action === undefined || action.number !== number || edit === undefined) return "done";
    const waiting = { mail, action, key, collection, edit, text, signal };
    try {
      const told = await pushOnce(waiting);
      if (told === "writtenOn") return "more";
      if (told === "all") break;
      if (round === mostRounds) throw new JmapRefusal("serverUnavailable", overtaken);
    } catch (error) {
      if (!(error instanceof ProblemError) || isPassing(error, action, failures, mail)) throw error;
      const type = error instanceof JmapRefusal ? error.type : error.problem.code;
      await refuse(waiting, { type, sentence: error.message });
      break;
    }
  }
  failures.delete(number);
  return "done";
}

const overtaken = "Other devices write the same again and again. It is kept on this device, and tried again.";

function isPassing(error: ProblemError, action: Action, failures: Failures, { session }: Mail): boolean {
  if (!(error instanceof JmapRefusal)) return error.problem.retry === "later" || error.problem.status === 401;
  return isPassingRefusal(error) && !isTooOften(failures, action, session.platform.clock.now());
}

/** `all` the server has what was written · `writtenOn` here, meanwhile · `overtaken` by another device. */
type Told = "all" | "writtenOn" | "overtaken";

function pushOnce(waiting: Waiting): Promise<Told> {
  return isPut(waiting.action) ? put(waiting) : remove(waiting);
}

function isPut({ change }: Action): boolean {
  return change.on === "record" && change.change.kind === "put";
}

async function put(waiting: Waiting): Promise<Told> {
  const { mail, edit, text } = waiting;
  const wanted = await openEditText(mail, edit.id, text);
  if (wanted === undefined) {
    throw new JmapRefusal(
      "notOpened",
      "What was written here cannot be opened on this device any more, so it was not kept.",
    );
  }
  // What the server may have is told again as it was: nobody knows whether it has come.
  const tried = edit.tried ?? (await markTried(waiting, wanted));
  if (tried === undefined) return "writtenOn";
  const refusal = await setRecord(waiting, tried.record);
  if (refusal === undefined) return noteDone(waiting, tried);
  if (!isOvertaken(refusal)) throw refusal;
  const { record } = await readThere(waiting);
  if (record?.sealed === tried.record.sealed) return noteDone(waiting, tried);
  return takeIn(waiting, wanted, record);
}

/** Seals what is wanted as the next revision, and notes that before anybody is told. Undefined when it was written anew. */
async function markTried(
  { mail, key, edit, action, collection }: Waiting,
  wanted: unknown,
): Promise<NonNullable<Edit["tried"]> | undefined> {
  const base = await openThere(key, collection, edit.base ?? undefined);
  const record = await sealOwn(key, {
    id: edit.recordId,
    revision: (edit.base?.revision ?? 0) + 1,
    value: valueToTell(edit.id, wanted, base),
  });
  if (record.sealed.length > limits.sealedRecord) {
    throw new JmapRefusal(
      "tooLarge",
      "This is too long to be kept on the server, so it is on this device alone. Shorten it, or attach the long part as a file.",
    );
  }
  const tried = { record, number: edit.number };
  const isNoted = await mail.store.write(
    [edits, actions],
    async (writer) => {
      if (!(await isAsIs(writer, edit, action))) return false;
      await writer.put(edits, [{ ...edit, tried }]);
      return true;
    },
    { durable: true },
  );
  return isNoted ? tried : undefined;
}

/** It was neither written anew nor taken back. */
async function isAsIs(writer: LocalWriter, { id, number }: Edit, action: Action): Promise<boolean> {
  const [now, waiting] = [await writer.get(edits, id), await findWaiting(writer, id)];
  return now?.number === number && waiting?.number === action.number;
}

/** The server has this writing. What was written since waits on. */
async function noteDone(
  { mail, edit, action, collection }: Waiting,
  { record, number }: NonNullable<Edit["tried"]>,
): Promise<Told> {
  return mail.store.write(pushTables, async (writer) => {
    await putRecord(writer, collection, record);
    const now = await writer.get(edits, edit.id);
    if (now === undefined) return "all";
    await writer.put(edits, [{ ...now, base: record, tried: null }]);
    const waiting = await findWaiting(writer, edit.id);
    if (waiting?.number !== action.number || now.number !== number) return "writtenOn";
    await writer.remove(actions, [actions.keyOf(action)]);
    await forgetEdit(writer, edit.id);
    return "all";
  });
}

/** Another device has written it meanwhile, or removed it: what is written here is made one with that, and told anew. */
async function takeIn(
  { mail, key, edit, action, collection }: Waiting,
  wanted: unknown,
  theirs: SealedRecord | undefined,
): Promise<Told> {
  const there = await openThere(key, collection, theirs);
  const merged = mergeText(edit.id, { base: await openRecordValue(key, edit.base), wanted, there });
  const { content, putCopy } = draftShape.matches(merged)
    ? await fitWithCopy(mail, key, merged)
    : { content: merged, putCopy: async () => undefined };
  const text = await sealEditText(mail, edit.id, content);
  await mail.store.write(
    pushTables,
    async (writer) => {
      await putRecord(writer, collection, theirs ?? edit.recordId);
      if (!(await isAsIs(writer, edit, action))) return;
      await putCopy(writer);
      await writer.putBytes(editTexts, edit.id, text);
      await writer.put(edits, [{ ...edit, number: edit.number + 1, base: theirs ?? null, tried: null }]);
    },
    { durable: true },
  );
  return "overtaken";
}

/** What a record says, undefined where there is none. Throws JmapRefusal for one that these keys do not open. */
async function openThere(
  key: CollectionKey,
  collection: EditedCollection,
  record: SealedRecord | undefined,
): Promise<unknown> {
  const value = await openRecordValue(key, record);
  if (record === undefined || value !== undefined) return value;
  throw new JmapRefusal(
    "notOpened",
    `What you keep on the server (${collection}) was changed there or exchanged. Tell whoever runs it.`,
  );
}

/** `all` when it is not there any more. One that another device has written on in stays. */
async function remove(waiting: Waiting): Promise<Told> {
  const { mail, key, edit, text, action, collection } = waiting;
  const { record, state } = await readThere(waiting);
  if (record !== undefined) {
    const known = [edit.base?.sealed, edit.tried?.record.sealed].includes(record.sealed);
    const wanted = known ? undefined : await openEditText(mail, edit.id, text);
    if (!known && !isSameLetter(await openRecordValue(key, record), wanted)) {
      await mail.store.write(pushTables, (writer) => putRecord(writer, collection, record));
      throw new JmapRefusal(
        "changedMeanwhile",
        "Another device has written on in this draft meanwhile, so it was not removed.",
      );
    }
    const refusal = await destroy(waiting, state);
    if (refusal?.type === "stateMismatch") return "overtaken";
    if (refusal !== undefined && refusal.type !== "notFound") throw refusal;
  }
  await mail.store.write(pushTables, async (writer) => {
    await putRecord(writer, collection, edit.recordId);
    const now = await writer.get(edits, edit.id);
    if (now !== undefined) await writer.put(edits, [{ ...now, base: null, tried: null }]);
    await writer.remove(actions, [actions.keyOf(action)]);
  });
  return "all";
}

/** It is not told again: why is kept, with what it was. */
async function refuse({ mail, edit, text, action, collection }: Waiting, why: Why): Promise<void> {
  const isSettings = collection === "settings";
  const refusedText = refusedTextKey(action.number);
  const wanted = isPut(action) && isSettings ? await openEditText(mail, edit.id, text) : undefined;
  const kept = wanted === undefined ? undefined : await sealEditText(mail, refusedText, wanted);
  const nowMs = mail.session.platform.clock.now();
  await mail.store.write(pushTables, async (writer) => {
    const waiting = await findWaiting(writer, edit.id);
    const now = await writer.get(edits, edit.id);
    // What was written meanwhile is tried first.
    if (waiting?.number !== action.number || now?.number !== edit.number) return;
    await writer.remove(actions, [actions.keyOf(action)]);
    const refused = new Map([[edit.id, why]]);
    await keepRefusal(writer, action, { refused, gone: new Set() }, nowMs);
    // Nothing of what was written here is lost either: it is made one with what the other device has written.
    if (!isPut(action) && why.type === "changedMeanwhile" && text !== undefined) {
      const change = { on: "record" as const, id: edit.id, change: { kind: "put" as const } };
      await writer.put(actions, [{ ...action, change }]);
    }
    if (kept !== undefined) await writer.putBytes(editTexts, refusedText, kept);
    if (isSettings) await writer.remove(edits, [edit.id]);
    else if (isPut(action) || why.type !== "changedMeanwhile")
      await writer.put(edits, [
        { ...now, tried: null, ...(isPut(action) ? { trouble: why.sentence, troubleType: why.type } : {}) },
      ]);
  });
}

/** As it lies there now, or, of its id, that there is none. */
async function putRecord(
  writer: LocalWriter,
  collection: EditedCollection,
  record: SealedRecord | string,
): Promise<void> {
  const table = recordTables[collection];
  if (typeof record === "string") return writer.remove(table, [record]);
  const { pass = 1 } = (await writer.get(syncStates, recordsKey(collection))) ?? {};
  return writer.put(table, [{ ...record, pass }]);
}

const gotShape = shape(
  Type.Object({ state: Type.String(), list: Type.Array(RecordSchema), notFound: Type.Array(IdSchema) }),
);
const setShape = shape(RecordsSetSchema);

async function readThere({
  mail,
  edit,
  collection,
  signal,
}: Waiting): Promise<{ record: SealedRecord | undefined; state: string }> {
  const get = { method: "Record/get", arguments: { collection, ids: [edit.recordId] } };
  const { list, state } = await callMethod(mail.session, get, gotShape, { signal, idempotent: true });
  return { record: list.find(({ id }) => id === edit.recordId), state };
}

/** Gives why the server does not take it. */
async function setRecord(
  { mail, collection, signal }: Waiting,
  { id, revision, sealed }: SealedRecord,
): Promise<JmapRefusal | undefined> {
  const what =
    revision === 1 ? { create: { one: { id, sealed } } } : { update: { [id]: { revision, sealed } } };
  const set = { method: "Record/set", arguments: { collection, ...what } };
  const { notCreated, notUpdated } = await callMethod(mail.session, set, setShape, {
    signal,
    idempotent: true,
  });
  const reason = notCreated?.one ?? notUpdated?.[id];
  return reason && readRefusal(reason);
}

async function destroy(
  { mail, edit: { recordId }, collection, signal }: Waiting,
  ifInState: string,
): Promise<JmapRefusal | undefined> {
  const set = { method: "Record/set", arguments: { collection, ifInState, destroy: [recordId] } };
  try {
    const { notDestroyed } = await callMethod(mail.session, set, setShape, { signal, idempotent: true });
    const reason = notDestroyed?.[recordId];
    return reason && readRefusal(reason);
  } catch (error) {
    if (error instanceof JmapRefusal && error.type === "stateMismatch") return error;
    throw error;
  }
}

/** Whoever knows a revision that is there no more has been overtaken too. */
function isOvertaken({ type }: JmapRefusal): boolean {
  return type === "changedMeanwhile" || type === "notFound" || type === "alreadyExists";
}

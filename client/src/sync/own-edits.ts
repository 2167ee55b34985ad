/**
 * What a person writes for themselves, drafts and settings: over the sealed records that the server has lies what was
 * written here and is not there yet, sealed for this device. Each object has a name that no identity changes.
 */
import { RecordSchema, type SealedRecord, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { LocalReader, LocalWriter } from "../local/local-store.ts";
import { type AnyTable, bytesTable, type RowTable, rowTable } from "../local/table.ts";
import { type Action, actions } from "./change.ts";

/** The collections that are written here first. */
export type EditedCollection = "drafts" | "settings";

/** How what is written lies among the changes that wait, and among the edits. */
export function editIdOf(collection: EditedCollection, name: string): string {
  return `${collection}/${name}`;
}

export function collectionOf(editId: string): EditedCollection {
  return editId.startsWith("drafts/") ? "drafts" : "settings";
}

const nullableRecord = Type.Union([RecordSchema, Type.Null()]);

const EditSchema = Type.Object({
  id: Type.String(),
  /** Of the record at the server. */
  recordId: Type.String(),
  /** Counts how often it was written. */
  number: Type.Number(),
  /** What the server had when it was begun to be written, which it is made of; null for nothing. */
  base: nullableRecord,
  /** What the server was told and may have, and which writing that was. */
  tried: Type.Union([Type.Object({ record: RecordSchema, number: Type.Number() }), Type.Null()]),
  /** Why the server does not take it, for people: it is on this device alone until it is written anew. */
  trouble: Type.Optional(Type.String()),
  /** The same for programs: the type of the refusal. */
  troubleType: Type.Optional(Type.String()),
});

export type Edit = Static<typeof EditSchema>;

export const edits = rowTable({
  name: "edits",
  isKept: true,
  keyOf: ({ id }: Edit) => id,
  matches: shape(EditSchema).matches,
  indexes: {},
});

/** What was written, sealed; by the id of the edit, the number of the refusal that has it, or how it can be taken back. */
export const editTexts = bytesTable({ name: "editTexts", isKept: true });

/** By the number of a refusal. */
export function refusedTextKey(number: number): string {
  return `refused/${number}`;
}

type Kept = SealedRecord & { pass: number };
type Records = RowTable<Kept, "byPass">;

/** By an id of its own. */
export function undoneTextKey(id: string): string {
  return `undone/${id}`;
}

function recordTable(name: string): Records {
  const { matches } = shape(RecordSchema);
  return rowTable({
    name,
    keyOf: ({ id }: Kept) => id,
    matches: (value): value is Kept => matches(value) && "pass" in value,
    indexes: { byPass: { keysOf: ({ pass }: Kept) => [[pass]] } },
  });
}

/** Sealed as they lie on the server, with the reading of the whole in which each was seen last. */
export const recordTables: Readonly<Record<EditedCollection, Records>> = {
  drafts: recordTable("draftRecords"),
  settings: recordTable("settingsRecords"),
};

/** What drafts are read from, and change with. */
export const draftTables: readonly AnyTable[] = [actions, edits, editTexts, recordTables.drafts];

/** What settings are read from, and change with. */
export const settingsTables: readonly AnyTable[] = [actions, edits, editTexts, recordTables.settings];

export const editTables: readonly AnyTable[] = [...draftTables, recordTables.settings];

/** What is known here of one object, at one time. */
export interface EditState {
  record: SealedRecord | undefined;
  edit: Edit | undefined;
  /** As it was written here, sealed. */
  text: Uint8Array | undefined;
  /** What waits to be told to the server. */
  waiting: Action | undefined;
}

export async function readEdit(
  reader: LocalReader,
  { id, recordId }: { id: string; recordId: string },
): Promise<EditState> {
  const edit = await reader.get(edits, id);
  return {
    record: withoutPass(await reader.get(recordTables[collectionOf(id)], edit?.recordId ?? recordId)),
    edit,
    text: await reader.getBytes(editTexts, id),
    waiting: await findWaiting(reader, id),
  };
}

export async function findWaiting(reader: LocalReader, id: string): Promise<Action | undefined> {
  const [action] = await reader.list(actions, { by: "byObject", prefix: [id] });
  return action;
}

function withoutPass(kept: Kept | undefined): SealedRecord | undefined {
  if (kept === undefined) return undefined;
  const { id, revision, sealed } = kept;
  return { id, revision, sealed };
}

/** What counts of it: what was written here, while that waits or was not taken; else what the server has. */
export function shownOf({ edit, waiting }: EditState): "here" | "record" | "nothing" {
  if (waiting?.change.on === "record") return waiting.change.change.kind === "put" ? "here" : "nothing";
  return edit?.trouble === undefined ? "record" : "here";
}

/** Whether something was written by another tab, or came from the server, since it was read. */
export async function isAsRead(
  reader: LocalReader,
  at: { id: string; recordId: string },
  before: EditState,
): Promise<boolean> {
  const now = await readEdit(reader, at);
  return (
    now.edit?.number === before.edit?.number &&
    now.record?.sealed === before.record?.sealed &&
    now.waiting?.number === before.waiting?.number
  );
}

/** Puts what was written, sealed by `sealLocal`, in the place of what was. The change that tells of it comes after. */
export async function putEdit(
  writer: LocalWriter,
  at: { id: string; recordId: string },
  text: Uint8Array,
): Promise<void> {
  const { record, edit, waiting } = await readEdit(writer, at);
  const isBegun = edit !== undefined && (waiting !== undefined || edit.trouble !== undefined);
  await writer.put(edits, [
    {
      id: at.id,
      recordId: edit?.recordId ?? at.recordId,
      number: (edit?.number ?? 0) + 1,
      base: isBegun ? edit.base : (record ?? null),
      tried: isBegun ? edit.tried : null,
    },
  ]);
  await writer.putBytes(editTexts, at.id, text);
}

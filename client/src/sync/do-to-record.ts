/** What a change to a draft or the settings makes of what waits: one change for each object, the last. */
import type { LocalWriter } from "../local/local-store.ts";
import { type Action, actions, type Change } from "./change.ts";
import { type Edit, edits, editTexts, findWaiting } from "./own-edits.ts";

/**
 * Lets a change wait in the place of the one before, so that what is written many times is told to the server once. Gives
 * what takes it back; undefined when nothing is changed.
 */
export async function doToRecord(
  writer: LocalWriter,
  action: Action,
  change: Extract<Change, { on: "record" }>,
): Promise<Change[] | undefined> {
  const { id } = change;
  const edit = await writer.get(edits, id);
  if (edit === undefined) return undefined;
  const before = await findWaiting(writer, id);
  const isPutBefore = before?.change.on === "record" && before.change.change.kind === "put";
  if (change.change.kind === "put") {
    if (edit.trouble !== undefined) await writer.put(edits, [withoutTrouble(edit)]);
    if (isPutBefore) return [];
    if (before !== undefined) await writer.remove(actions, [actions.keyOf(before)]);
    await writer.put(actions, [action]);
    return [];
  }
  if (before !== undefined && !isPutBefore) return undefined;
  if (before !== undefined) await writer.remove(actions, [actions.keyOf(before)]);
  await writer.put(edits, [withoutTrouble(edit)]);
  // What the server has never been told of needs no telling, unless it is to come back with what is told.
  const isUnknownThere = edit.base === null && edit.tried === null && change.change.after === undefined;
  if (!isUnknownThere) await writer.put(actions, [action]);
  const comesBack = (await writer.getBytes(editTexts, id)) !== undefined;
  return comesBack ? [{ on: "record", id, change: { kind: "put" } }] : [];
}

function withoutTrouble({ trouble: _, troubleType: __, ...edit }: Edit): Edit {
  return edit;
}

/** Drafts that nobody can open here: thrown away as they are, and put back as they were. */
import { uuidV7 } from "@posthorn/protocol";
import { findRecord, putRecord } from "../records/records.ts";
import { Unreachable } from "../unreachable.ts";
import { actTables, actWith, type Undo } from "./act.ts";
import { actions, type Change } from "./change.ts";
import type { Mail } from "./mail-context.ts";
import { editIdOf, edits, editTexts, findWaiting, readEdit, undoneTextKey } from "./own-edits.ts";
import type { GoneDraft } from "./way-back.ts";

/**
 * Removes records that are no drafts to this client, by the ids that `listDrafts` gives. Files that were kept for them go once
 * this cannot be taken back any more. Gives how to take it back, undefined when none is there.
 */
export function removeUnreadableDrafts(
  mail: Mail,
  label: string,
  recordIds: readonly string[],
): Promise<Undo | undefined> {
  const { clock, randomBytes } = mail.session.platform;
  const nowMs = clock.now();
  return mail.store.write(
    actTables,
    async (writer) => {
      const gone: GoneDraft[] = [];
      for (const id of recordIds) {
        const editId = editIdOf("drafts", `#${id}`);
        const { record } = await readEdit(writer, { id: editId, recordId: id });
        if (record === undefined) continue;
        const textKey = undoneTextKey(uuidV7(nowMs, randomBytes(16)));
        await writer.putBytes(editTexts, textKey, new TextEncoder().encode(record.sealed));
        await writer.put(edits, [{ id: editId, recordId: id, number: 1, base: record, tried: null }]);
        gone.push({ editId, id, revision: record.revision, textKey });
      }
      if (gone.length === 0) return undefined;
      const changes = gone.map(
        ({ editId }): Change => ({ on: "record", id: editId, change: { kind: "remove" } }),
      );
      return actWith(writer, { label, changes, wayBack: { on: "drafts", gone }, nowMs });
    },
    { durable: true },
  );
}

/** False when another has been written in its place. Throws ProblemError. */
export async function putBackDraft(mail: Mail, gone: GoneDraft): Promise<boolean> {
  const text = await mail.store.getBytes(editTexts, gone.textKey);
  if (text === undefined) return false;
  const isKeptHere = await keepAfterAll(mail, gone);
  try {
    return await putBackThere(mail, gone, new TextDecoder().decode(text));
  } catch (error) {
    // Of what was never told nothing is gone.
    if (isKeptHere && error instanceof Unreachable) return true;
    throw error;
  }
}

/** Whether its removal waited yet: then it is not told. */
function keepAfterAll({ store }: Mail, { editId }: GoneDraft): Promise<boolean> {
  return store.write(
    actTables,
    async (writer) => {
      const waiting = await findWaiting(writer, editId);
      if (waiting === undefined) return false;
      await writer.remove(actions, [actions.keyOf(waiting)]);
      await writer.remove(edits, [editId]);
      return true;
    },
    { durable: true },
  );
}

/** What is sealed is sealed as one revision, so it is put back as often as it had been written. */
async function putBackThere(
  { session }: Mail,
  { id, revision }: GoneDraft,
  sealed: string,
): Promise<boolean> {
  const there = await findRecord(session, "drafts", id);
  if (there !== undefined && there.sealed !== sealed) return false;
  for (let next = (there?.revision ?? 0) + 1; next <= revision; next++) {
    await putRecord(session, "drafts", { id, revision: next, sealed });
  }
  return true;
}

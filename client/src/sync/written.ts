/** What somebody wrote here and the server has not: with other keys than now it could not be opened. */
import { type LocalStore, LocalStoreError } from "../local/local-store.ts";
import { undos } from "./act.ts";
import { actions, keyOfNumber } from "./change.ts";
import { edits, editTexts } from "./own-edits.ts";
import { refusals, settleTables } from "./settle.ts";
import { textKeysOf } from "./way-back.ts";

/** How many letters and edits wait or were refused; of a store that is closed nothing is known, and nothing counted. */
export function countWritten(store: LocalStore): Promise<number> {
  return unlessClosed(0, () =>
    store.read(settleTables, async (reader) => {
      const changes = [...(await reader.list(actions)), ...(await reader.list(refusals))];
      const ids = changes.flatMap(({ change }) => {
        if (change.on === "message") return change.change.kind === "send" ? [change.id] : [];
        return change.on === "record" && change.change.kind === "put" ? [change.id] : [];
      });
      const inTrouble = (await reader.list(edits)).filter(({ trouble }) => trouble !== undefined);
      return new Set([...ids, ...inTrouble.map(({ id }) => id)]).size;
    }),
  );
}

/** Forgets what was sealed with keys that are no more, and how it would be taken back. Nothing of it waits. */
export function forgetWritten(store: LocalStore): Promise<void> {
  return unlessClosed(undefined, () =>
    store.write(settleTables, async (writer) => {
      await writer.clear(edits);
      await writer.clear(editTexts);
      for (const undo of await writer.list(undos)) {
        if (undo.wayBack !== undefined && textKeysOf(undo.wayBack).length === 0) continue;
        const steps = undo.steps.filter(({ inverse }) => inverse.on !== "record");
        if (steps.length === 0) await writer.remove(undos, [keyOfNumber(undo.number)]);
        else await writer.put(undos, [{ ...undo, steps }]);
      }
    }),
  );
}

async function unlessClosed<Result>(otherwise: Result, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LocalStoreError && error.fault === "closed") return otherwise;
    throw error;
  }
}

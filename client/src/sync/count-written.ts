/** How much lies here that somebody wrote and the server has not: with other keys than now it could not be opened. */
import type { LocalStore } from "../local/local-store.ts";
import { LocalStoreError } from "../local/local-store.ts";
import { actions } from "./change.ts";
import { edits } from "./own-edits.ts";
import { refusals, settleTables } from "./settle.ts";

/** Letters and edits that wait or were refused. Undefined when the store is closed. */
export async function countWritten(store: LocalStore): Promise<number | undefined> {
  try {
    return await store.read(settleTables, async (reader) => {
      const changes = [...(await reader.list(actions)), ...(await reader.list(refusals))];
      const ids = changes.flatMap(({ change }) => {
        if (change.on === "message") return change.change.kind === "send" ? [change.id] : [];
        return change.on === "record" && change.change.kind === "put" ? [change.id] : [];
      });
      const inTrouble = (await reader.list(edits)).filter(({ trouble }) => trouble !== undefined);
      return new Set([...ids, ...inTrouble.map(({ id }) => id)]).size;
    });
  } catch (error) {
    if (error instanceof LocalStoreError && error.fault === "closed") return undefined;
    throw error;
  }
}

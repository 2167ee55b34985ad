/** Forgetting what was written here once the server has it, and nobody can take it back or look at it any more. */
import type { LocalReader, LocalWriter } from "../local/local-store.ts";
import { undos } from "./act.ts";
import { actions, type Change } from "./change.ts";
import type { Mail } from "./mail-context.ts";
import { edits, editTexts, refusedTextKey } from "./own-edits.ts";
import { refusals, settleTables } from "./settle.ts";
import { textKeysOf } from "./way-back.ts";

/** Forgets one, unless somebody still needs it. */
export async function forgetEdit(writer: LocalWriter, id: string): Promise<void> {
  const edit = await writer.get(edits, id);
  if (edit?.trouble !== undefined || (await listNeeded(writer)).has(id)) return;
  await writer.remove(edits, [id]);
  await writer.remove(editTexts, [id]);
}

/** The same for all of them, and for what was refused and has been seen. */
export async function forgetEdits({ store }: Mail): Promise<void> {
  await store.write(settleTables, async (writer) => {
    for (const id of await writer.keys(edits)) await forgetEdit(writer, id);
    const [kept, refused] = [new Set(await writer.keys(edits)), await writer.list(refusals)];
    const taken = (await writer.list(undos)).flatMap(({ wayBack }) => (wayBack ? textKeysOf(wayBack) : []));
    const needed = new Set([...refused.map(({ number }) => refusedTextKey(number)), ...taken]);
    const texts = await writer.keys(editTexts);
    await writer.remove(
      editTexts,
      texts.filter((key) => !kept.has(key) && !needed.has(key)),
    );
  });
}

/** The ids of the objects that something waits for, was refused for, or can be taken back for. */
export async function listNeeded(reader: LocalReader): Promise<Set<string>> {
  const changes: Change[] = [
    ...(await reader.list(actions)).map(({ change }) => change),
    ...(await reader.list(refusals)).map(({ change }) => change),
    ...(await reader.list(undos)).flatMap(({ steps }) => steps.map(({ inverse }) => inverse)),
  ];
  return new Set(
    changes.flatMap((change) => (change.on === "message" || change.on === "record" ? [change.id] : [])),
  );
}

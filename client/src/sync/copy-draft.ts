/** What gave way in a draft and finds no room in its record: a draft of its own. */
import { hexOf } from "../hash-file.ts";
import type { LocalWriter } from "../local/local-store.ts";
import { type DraftContent, fitDraft } from "../records/draft-content.ts";
import { type CollectionKey, idOf } from "../records/records.ts";
import { actWith } from "./act.ts";
import type { Mail } from "./mail-context.ts";
import { sealEditText } from "./open-edit.ts";
import { editIdOf, putEdit } from "./own-edits.ts";

const nameBytes = 12;

/** A name for a draft that nobody else chooses. */
export function newDraftName({ session }: Mail): string {
  return hexOf(session.platform.randomBytes(nameBytes));
}

/**
 * What of a draft fits into its record. When not even the newest version does, `putCopy` makes it a draft, in the
 * transaction that puts the rest; else it does nothing.
 */
export async function fitWithCopy(
  mail: Mail,
  key: CollectionKey,
  content: DraftContent,
): Promise<{ content: DraftContent; putCopy: (writer: LocalWriter) => Promise<void> }> {
  const { content: fitted, outside } = fitDraft(content);
  const [newest] = outside;
  if (newest === undefined || fitted.versions !== undefined) {
    return { content: fitted, putCopy: async () => undefined };
  }
  const name = newDraftName(mail);
  const at = { id: editIdOf("drafts", name), recordId: await idOf(key, name) };
  const text = await sealEditText(mail, at.id, { name, ...newest });
  const nowMs = mail.session.platform.clock.now();
  return {
    content: fitted,
    async putCopy(writer) {
      await putEdit(writer, at, text);
      const change = { on: "record" as const, id: at.id, change: { kind: "put" as const } };
      await actWith(writer, { label: "", changes: [change], nowMs });
    },
  };
}

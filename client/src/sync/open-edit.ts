/** What drafts and settings say, opened: from this device when they wait here, else as the server has them. */
import { fail, readJson, type SealedRecord } from "@posthorn/protocol";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { type CollectionKey, collectionKey, findOpened } from "../records/records.ts";
import type { Mail } from "./mail-context.ts";
import { type EditedCollection, type EditState, editTexts } from "./own-edits.ts";

/** The key of a collection, without asking anybody. Throws ProblemError `forbidden` for an account without keys. */
export async function ownKey({ session }: Mail, collection: EditedCollection): Promise<CollectionKey> {
  const { address, keys } = session;
  const rootSecret = await keys.findRootSecret();
  if (rootSecret === undefined) {
    return fail(
      "forbidden",
      `${address} has no keys here: it is an open account, or this is a program's token. Its drafts and settings are not kept sealed.`,
    );
  }
  return collectionKey({ address, rootSecret }, collection);
}

/** The value of a record; undefined when these keys do not open it. */
export async function openRecordValue(
  key: CollectionKey,
  record: SealedRecord | null | undefined,
): Promise<unknown> {
  return record === null || record === undefined ? undefined : (await findOpened(key, record))?.value;
}

/** What was written here; undefined when nothing was, or with the keys of another identity. */
export async function openEditText(
  { key }: Mail,
  textKey: string,
  text: EditState["text"],
): Promise<unknown> {
  const bytes = text && (await openLocal(key, { table: editTexts, key: textKey }, text));
  return bytes && readJson(bytes);
}

/** To be done before the transaction that puts it. */
export function sealEditText({ key }: Mail, textKey: string, value: unknown): Promise<Uint8Array> {
  return sealLocal(key, { table: editTexts, key: textKey }, new TextEncoder().encode(JSON.stringify(value)));
}

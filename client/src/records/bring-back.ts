/** What was written before a reset, sealed anew beside what was written since. */
import type { Keyring } from "../keys/keyring.ts";
import { type Pin, parsePin } from "../keys/pins.ts";
import { fetchVault } from "../keys/vault.ts";
import type { Session } from "../session.ts";
import { nameOf } from "./carry-over.ts";
import { collectionKey, idOf, type OwnRecord, putRecord, readRecords, sealOwn } from "./records.ts";
import { hasRoomFor, settingsOf } from "./settings-content.ts";

/**
 * Seals what the former keys open with those that hold now, and deletes nothing. Of drafts and settings that were written
 * since those stay; with whom numbers were compared comes back. True when that is so of anybody.
 */
export async function bringBack(session: Session, former: Keyring, keyring: Keyring): Promise<boolean> {
  let hasCompared = false;
  for (const collection of ["pins", "drafts", "settings"] as const) {
    const [from, to] = [await collectionKey(former, collection), await collectionKey(keyring, collection)];
    const old =
      collection === "pins"
        ? await fetchVault(session, former)
        : (await readRecords(session, former, collection)).opened;
    const { opened } = await readRecords(session, keyring, collection);
    const there = new Map(opened.map((record) => [record.id, record]));
    for (const record of old) {
      const id = await idOf(to, await nameOf(from, record));
      const value = together(collection, record, there.get(id));
      if (value === undefined) continue;
      const revision = (there.get(id)?.revision ?? 0) + 1;
      await putRecord(session, collection, await sealOwn(to, { id, revision, value }));
      hasCompared ||= collection === "pins" && parsePin(value).compared !== null;
    }
  }
  return hasCompared;
}

/** Undefined where nothing comes to what is there. */
function together(
  collection: "pins" | "drafts" | "settings",
  { value: old }: OwnRecord,
  there: OwnRecord | undefined,
): unknown {
  if (there === undefined) return old;
  if (collection === "drafts") return undefined;
  if (collection === "settings") {
    const [before, now] = [settingsOf(old), settingsOf(there.value)];
    // Where there is no room for both, what holds now stays.
    return hasRoomFor(before, now) ? { ...before, ...now } : undefined;
  }
  const [before, now]: [Pin, Pin] = [parsePin(old), parsePin(there.value)];
  return before.compared === null || now.compared !== null
    ? undefined
    : { ...now, compared: before.compared };
}

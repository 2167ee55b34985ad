/** What was written before a reset, sealed anew beside what was written since. */
import type { Keyring } from "../keys/keyring.ts";
import { keepPin, type Pin, parsePin } from "../keys/pins.ts";
import { fetchVault } from "../keys/vault.ts";
import type { Session } from "../session.ts";
import { nameOf } from "./carry-over.ts";
import { collectionKey, idOf, type OwnRecord, putRecord, readRecords, sealOwn } from "./records.ts";
import { hasRoomFor, settingsOf } from "./settings-content.ts";

/**
 * Seals what the former keys open with those that hold now, and deletes nothing. Of drafts and settings that were written
 * since those stay; with whom numbers were compared comes back. True when that is so of anybody now, also where an earlier
 * try that was cut off has brought it: then nothing may vouch for it yet.
 */
export async function bringBack(session: Session, former: Keyring, keyring: Keyring): Promise<boolean> {
  const hasCompared = await bringPins(session, former, keyring);
  for (const collection of ["drafts", "settings"] as const) {
    const [from, to] = [await collectionKey(former, collection), await collectionKey(keyring, collection)];
    const old = (await readRecords(session, former, collection)).opened;
    const { opened } = await readRecords(session, keyring, collection);
    const there = new Map(opened.map((record) => [record.id, record]));
    for (const record of old) {
      const id = await idOf(to, await nameOf(from, record));
      const value = together(collection, record, there.get(id));
      if (value === undefined) continue;
      const revision = (there.get(id)?.revision ?? 0) + 1;
      await putRecord(session, collection, await sealOwn(to, { id, revision, value }));
    }
  }
  return hasCompared;
}

async function bringPins(session: Session, former: Keyring, keyring: Keyring): Promise<boolean> {
  const there = new Map<string, { pin: Pin; revision: number }>();
  for (const { value, revision } of (await readRecords(session, keyring, "pins")).opened) {
    const pin = parsePin(value);
    there.set(pin.address, { pin, revision });
  }
  let hasCompared = false;
  for (const { value } of await fetchVault(session, former)) {
    const old = parsePin(value);
    const now = there.get(old.address);
    const pin = now === undefined ? old : pinsTogether(old, now.pin);
    if (JSON.stringify(pin) !== JSON.stringify(now?.pin)) await keepPin(session, pin, now?.revision ?? 0);
    hasCompared ||= old.compared !== null && pin.compared !== null;
  }
  return hasCompared;
}

/**
 * What was believed last of the longer chain, so that a server that shows an older one is not believed; that the identity
 * is another than before is told.
 */
export function pinsTogether(old: Pin, now: Pin): Pin {
  const { untold: _, ...newest } = old.pin.seq > now.pin.seq ? old : now;
  const isOther = old.pin.identityKey !== now.pin.identityKey;
  const untold = isOther && now.untold !== "reset" ? "newKey" : (now.untold ?? old.untold);
  return {
    ...newest,
    compared: now.compared ?? old.compared,
    ...(untold === undefined ? {} : { untold }),
  };
}

/** Undefined where nothing comes to what is there. */
function together(
  collection: "drafts" | "settings",
  { value: old }: OwnRecord,
  there: OwnRecord | undefined,
): unknown {
  if (there === undefined) return old;
  if (collection === "drafts") return undefined;
  const [before, now] = [settingsOf(old), settingsOf(there.value)];
  // Where there is no room for both, what holds now stays.
  return hasRoomFor(before, now) ? { ...before, ...now } : undefined;
}

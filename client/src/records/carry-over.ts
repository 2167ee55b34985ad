/** What only its owner reads, sealed anew when the account's root secret becomes another. */
import { listLost } from "../keys/former-keys.ts";
import type { Keyring } from "../keys/keyring.ts";
import { parsePin } from "../keys/pins.ts";
import { fetchVault } from "../keys/vault.ts";
import type { Session } from "../session.ts";
import { findDraftName } from "./draft-content.ts";
import {
  type Collection,
  type CollectionKey,
  collectionKey,
  collections,
  deleteRecord,
  idOf,
  type OwnRecord,
  putRecord,
  readRecords,
  sealOwn,
} from "./records.ts";
import { clearSearchRecords } from "./search-records.ts";
import { settingsName } from "./settings-content.ts";

/** Heads are left behind; another is written. */
const carried = collections.filter((collection) => collection !== "head");

/** A record as it lies there with the new keys, and which revision with the old ones it was. */
export interface CarriedRecord extends OwnRecord {
  collection: Collection;
  formerRevision: number;
}

/**
 * Seals all that the old keys open with those of another root secret, under the ids that these give, and deletes
 * nothing: whenever this stops, all is there as before. `done`, by former ids, is what an earlier call has answered; of
 * that only what was written since is carried over again. Throws ProblemError `notOpened` as `fetchVault`.
 */
export async function carryOver(
  session: Session,
  old: Keyring,
  owner: Pick<Keyring, "address" | "rootSecret">,
  done: ReadonlyMap<string, CarriedRecord> = new Map(),
): Promise<ReadonlyMap<string, CarriedRecord>> {
  const all = new Map(done);
  for (const collection of carried) {
    const [from, to] = [await collectionKey(old, collection), await collectionKey(owner, collection)];
    const records =
      collection === "pins"
        ? await fetchVault(session, old)
        : (await readRecords(session, old, collection)).opened;
    for (const former of records) {
      const before = all.get(former.id);
      if (before !== undefined && before.formerRevision >= former.revision) continue;
      const id = await idOf(to, await nameOf(from, former));
      const record = { id, revision: (before?.revision ?? 0) + 1, value: former.value };
      await putRecord(session, collection, await sealOwn(to, record));
      all.set(former.id, { ...record, collection, formerRevision: former.revision });
    }
  }
  return all;
}

/** The name that its writer finds a record by. One that lies under no such name has its id for a name. */
export async function nameOf(from: CollectionKey, { id, value }: OwnRecord): Promise<string> {
  const name = nameIn(from.collection, value);
  return name !== undefined && (await idOf(from, name)) === id ? name : id;
}

function nameIn(collection: Collection, value: unknown): string | undefined {
  if (collection === "pins") return parsePin(value).address;
  return collection === "drafts" ? findDraftName(value) : settingsName;
}

/** Deletes what the account's keys do not open, now that nothing else will: not while a phrase of before a reset may be found. */
export async function clearUnreadable(session: Session, keyring: Keyring): Promise<void> {
  const isWaited = (await listLost(session, keyring)).length > 0;
  for (const collection of isWaited ? [] : collections) {
    const { unreadable } = await readRecords(session, keyring, collection);
    for (const id of unreadable) await deleteRecord(session, collection, id);
  }
  // The search index is made anew rather than carried over: it is large, and all that it says stands in the mail.
  await clearSearchRecords(session);
}

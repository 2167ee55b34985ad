/** Records that only the owner's clients can read: kept and counted here, and not looked into. */
import { fail, limits, ObjectIdSchema, shape } from "@posthorn/protocol";
import { advanceState } from "../store/account-store.ts";
import { appendChange } from "../store/change-store.ts";
import {
  deleteRecord as deleteStored,
  putRecord as putStored,
  type RecordPlace,
  type StoredRecord,
} from "../store/record-store.ts";
import type { Tx } from "../store/sql.ts";

const collectionForm = /^[a-z][a-z0-9-]{0,31}$/;
const idShape = shape(ObjectIdSchema);
const ofSignIns: ReadonlySet<string> = new Set(["pins", "head"]);

/** Whether a text can name a collection (§85.30). */
export function isCollection(text: string): boolean {
  return collectionForm.test(text);
}

/**
 * Whether a collection is for sign-ins alone. An account whose pins are gone believes nobody's keys any more, so no
 * program may delete them.
 */
export function isForSignIns(collection: string): boolean {
  return ofSignIns.has(collection);
}

/**
 * Writes a record in the place of `there`, which is what the transaction has read. The same again changes nothing.
 * Throws ProblemError `changedMeanwhile` when the revision is not one more than that of the record there is,
 * `mailboxFull`, `badRequest`.
 */
export async function putRecord(
  tx: Tx,
  at: RecordPlace,
  there: StoredRecord | undefined,
  { revision, sealed }: { revision: number; sealed: string },
): Promise<void> {
  if (!idShape.matches(at.id)) fail("badRequest", "A record's id has 1 to 64 letters, digits, “-” and “_”.");
  if (there?.revision === revision && there.sealed === sealed) return;
  const newest = there?.revision ?? 0;
  if (revision !== newest + 1) {
    const now = newest === 0 ? "there is none now" : `it is at revision ${newest}`;
    fail("changedMeanwhile", `Another device has changed this record: ${now}. Read it and write it anew.`);
  }
  if (sealed.length > limits.sealedRecord) {
    fail("tooLarge", `A record has ${limits.sealedRecord} characters at most.`);
  }
  const room = roomOf(at, sealed.length) - (there === undefined ? 0 : roomOf(at, there.length));
  const state = await advanceState(tx, at.accountId, room);
  if (state === undefined) {
    return fail("mailboxFull", "There is no room left in this account. Delete what is no longer needed.");
  }
  await putStored(tx, at, { revision, sealed }, state);
  const change = there === undefined ? "created" : "updated";
  await appendChange(tx, at.accountId, { type: "Record", state, objectId: 0, change });
}

/** Deletes a record and gives its room back. One that is written anew later begins at revision 1. */
export async function deleteRecord(tx: Tx, at: RecordPlace, there: StoredRecord): Promise<void> {
  const state = await advanceState(tx, at.accountId, -roomOf(at, there.length));
  if (state === undefined) throw new Error("a record has no account");
  await deleteStored(tx, at, state);
  await appendChange(tx, at.accountId, { type: "Record", state, objectId: 0, change: "destroyed" });
}

/** The names count too: many records of one letter each would be had for nothing. */
function roomOf({ collection, id }: RecordPlace, length: number): number {
  return collection.length + id.length + length;
}

/** Records that only the owner's clients can read: kept, paged and counted here, and not looked into. */
import { fail, limits, ObjectIdSchema, type RecordPage, type SealedRecord, shape } from "@posthorn/protocol";
import { takeRoom } from "../store/account-store.ts";
import {
  deleteRecord as deleteStored,
  findRecord,
  listRecords,
  putRecord as putStored,
  type RecordPlace,
} from "../store/record-store.ts";
import type { Store, Tx } from "../store/sql.ts";

export interface RecordsContext {
  store: Store;
}

const collectionForm = /^[a-z][a-z0-9-]{0,31}$/;
const idShape = shape(ObjectIdSchema);
/** Of a page; what is read into memory at once has a bound. */
const maxPageLength = 4 * 1024 * 1024;

const ofSignIns: ReadonlySet<string> = new Set(["pins", "head"]);

/**
 * Whether a collection is for sign-ins alone. An account whose pins are gone believes nobody's keys any more, so no
 * program may delete them (§80.14).
 */
export function isForSignIns(collection: string): boolean {
  return ofSignIns.has(collection);
}

/** A page of a collection, in the order of ids. Throws ProblemError `badRequest` for what is no collection. */
export async function readRecords(
  ctx: RecordsContext,
  input: { accountId: number; collection: string; after?: string | undefined },
): Promise<RecordPage> {
  checkCollection(input.collection);
  const page = { after: input.after ?? "", limit: limits.recordPage, maxLength: maxPageLength };
  const records = await listRecords(ctx.store.read, input, page);
  const length = records.reduce((sum, { sealed }) => sum + sealed.length, 0);
  const last = records.at(-1);
  const isCut = records.length === limits.recordPage || length >= maxPageLength;
  return { records, ...(isCut && last !== undefined ? { next: last.id } : {}) };
}

/** One record. Throws ProblemError `notFound`, `badRequest` for what is no record's place. */
export async function readRecord(ctx: RecordsContext, at: RecordPlace): Promise<SealedRecord> {
  checkPlace(at);
  const record = await findRecord(ctx.store.read, at);
  return record ?? fail("notFound", "There is no such record in this account.");
}

/**
 * Writes a record. The same again is answered alike and changes nothing. Throws ProblemError `changedMeanwhile` when
 * the revision is not one more than that of the record there is, `mailboxFull`, `badRequest`, `notFound`.
 */
export async function putRecord(
  ctx: RecordsContext,
  input: RecordPlace & { revision: number; sealed: string },
): Promise<SealedRecord> {
  checkPlace(input);
  const { accountId, id, revision, sealed } = input;
  await ctx.store.write(async (tx) => {
    const there = await findHeld(tx, input);
    if (there?.revision === revision && there.sealed === sealed) return;
    const newest = there?.revision ?? 0;
    if (revision !== newest + 1) {
      const now = newest === 0 ? "there is none now" : `it is at revision ${newest}`;
      fail("changedMeanwhile", `Another device has changed this record: ${now}. Read it and write it anew.`);
    }
    const room = roomOf(input, sealed) - (there === undefined ? 0 : roomOf(input, there.sealed));
    if (!(await takeRoom(tx, accountId, room))) {
      fail("mailboxFull", "There is no room left in this account. Delete what is no longer needed.");
    }
    await putStored(tx, input, { revision, sealed });
  });
  return { id, revision, sealed };
}

/** Deletes a record, or does nothing when it is not there. Throws ProblemError `badRequest`, `notFound`. */
export async function deleteRecord(ctx: RecordsContext, input: RecordPlace): Promise<void> {
  checkPlace(input);
  await ctx.store.write(async (tx) => {
    const there = await findHeld(tx, input);
    if (there === undefined) return;
    await deleteStored(tx, input);
    await takeRoom(tx, input.accountId, -roomOf(input, there.sealed));
  });
}

/** The record there is. The account is taken first: it makes its other writers wait, so what is read stays as it is. */
async function findHeld(tx: Tx, at: RecordPlace): Promise<SealedRecord | undefined> {
  if (!(await takeRoom(tx, at.accountId, 0))) fail("notFound", "This sign-in belongs to no account.");
  return findRecord(tx, at);
}

/** The names count too: many records of one letter each would be had for nothing. */
function roomOf({ collection, id }: RecordPlace, sealed: string): number {
  return collection.length + id.length + sealed.length;
}

function checkPlace({ collection, id }: RecordPlace): void {
  checkCollection(collection);
  if (idShape.matches(id)) return;
  fail("badRequest", "A record's id has 1 to 64 letters, digits, “-” and “_”.");
}

function checkCollection(collection: string): void {
  if (collectionForm.test(collection)) return;
  fail("badRequest", "A collection is named by a small letter, and up to 31 small letters, digits and “-”.");
}

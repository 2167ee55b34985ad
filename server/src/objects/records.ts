/** Records that only the owner's clients can read: kept and counted here, and not looked into. */
import { fail, limits, ObjectIdSchema, type RecordPage, type SealedRecord, shape } from "@posthorn/protocol";
import { advanceState, lockAccount } from "../store/account-store.ts";
import { appendChange } from "../store/change-store.ts";
import {
  deleteRecord as deleteStored,
  findRecord,
  listRecordHeads,
  listSealed,
  putRecord as putStored,
  type RecordPlace,
  type StoredRecord,
} from "../store/record-store.ts";
import type { Store, Tx } from "../store/sql.ts";

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

export interface RecordsContext {
  store: Store;
}

/** A page of a collection, in the order of ids. Throws ProblemError `badRequest` for what is no collection. */
export async function readRecords(
  ctx: RecordsContext,
  input: { accountId: number; collection: string; after?: string | undefined },
): Promise<RecordPage> {
  checkCollection(input.collection);
  const { read } = ctx.store;
  const heads = (await listRecordHeads(read, input, undefined, 10_000)).filter(
    ({ id }) => id > (input.after ?? ""),
  );
  let length = 0;
  const page = heads.slice(0, limits.recordPage).filter((head) => {
    const isIn = length < 4 * 1024 * 1024;
    length += head.length;
    return isIn;
  });
  const texts = await listSealed(
    read,
    input,
    page.map(({ id }) => id),
  );
  const records = page.map(({ id, revision }) => ({ id, revision, sealed: texts.get(id) ?? "" }));
  const last = records.at(-1);
  return { records, ...(page.length < heads.length && last !== undefined ? { next: last.id } : {}) };
}

/** One record. Throws ProblemError `notFound`, `badRequest` for what is no record's place. */
export async function readRecord(ctx: RecordsContext, at: RecordPlace): Promise<SealedRecord> {
  checkCollection(at.collection);
  if (!idShape.matches(at.id)) fail("badRequest", "A record's id has 1 to 64 letters, digits, “-” and “_”.");
  const record = await findRecord(ctx.store.read, at);
  if (record === undefined) return fail("notFound", "There is no such record in this account.");
  return { id: record.id, revision: record.revision, sealed: record.sealed };
}

export async function writeRecord(
  ctx: RecordsContext,
  input: RecordPlace & { revision: number; sealed: string },
): Promise<SealedRecord> {
  checkCollection(input.collection);
  const { id, revision, sealed } = input;
  await ctx.store.write(async (tx) => {
    if (!(await lockAccount(tx, input.accountId))) fail("notFound", "This sign-in belongs to no account.");
    await putRecord(tx, input, await findRecord(tx, input), input);
  });
  return { id, revision, sealed };
}

export async function removeRecord(ctx: RecordsContext, input: RecordPlace): Promise<void> {
  checkCollection(input.collection);
  if (!idShape.matches(input.id))
    fail("badRequest", "A record's id has 1 to 64 letters, digits, “-” and “_”.");
  await ctx.store.write(async (tx) => {
    if (!(await lockAccount(tx, input.accountId))) fail("notFound", "This sign-in belongs to no account.");
    const there = await findRecord(tx, input);
    if (there !== undefined) await deleteRecord(tx, input, there);
  });
}

function checkCollection(collection: string): void {
  if (isCollection(collection)) return;
  fail("badRequest", "A collection is named by a small letter, and up to 31 small letters, digits and “-”.");
}

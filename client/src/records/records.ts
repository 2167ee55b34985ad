/**
 * What only the owner's clients read: drafts, settings, pins of contacts, each a sealed record in a collection (§100.9).
 * The server sees the collection, an id that says nothing, how often it was written, and its padded size.
 */
import {
  deriveSecret,
  findBase64Url,
  openRecord,
  recordIdOf,
  type SecretLabel,
  sealRecord,
  toBase64Url,
} from "@posthorn/crypto";
import {
  fail,
  RecordChangesSchema,
  type RecordHead,
  RecordHeadsSchema,
  RecordsSchema,
  RecordsSetSchema,
  readJson,
  type SealedRecord,
  shape,
} from "@posthorn/protocol";
import { callJmap, callMethod, JmapRefusal, readAnswer, readRefusal } from "../jmap.ts";
import type { Keyring } from "../keys/keyring.ts";
import { portionsOf } from "../portions.ts";
import type { Session } from "../session.ts";

export const collections = ["pins", "head", "drafts", "settings"] as const;
export type Collection = (typeof collections)[number];

const secretOf: Readonly<Record<Collection, SecretLabel>> = {
  pins: "vault",
  head: "vault",
  drafts: "settings",
  settings: "settings",
};

const encoder = new TextEncoder();
const wholeRecords = shape(RecordsSchema);
const recordHeads = shape(RecordHeadsSchema);
const recordChanges = shape(RecordChangesSchema);
const recordsSet = shape(RecordsSetSchema);

/** A record of the owner, opened. */
export interface OwnRecord {
  id: string;
  revision: number;
  value: unknown;
}

/** The key of a collection. Made of a root secret, so that a new identity has other keys and other ids. */
export interface CollectionKey {
  address: string;
  collection: Collection;
  secret: Uint8Array;
}

export async function collectionKey(
  { address, rootSecret }: Pick<Keyring, "address" | "rootSecret">,
  collection: Collection,
): Promise<CollectionKey> {
  return { address, collection, secret: await deriveSecret(rootSecret, secretOf[collection]) };
}

/** The id of the record of that name. */
export function idOf({ collection, secret }: CollectionKey, name: string): Promise<string> {
  return recordIdOf(secret, collection, name);
}

/** Seals a value that JSON can carry. */
export async function sealOwn(key: CollectionKey, { id, revision, value }: OwnRecord): Promise<SealedRecord> {
  const bytes = encoder.encode(JSON.stringify(value));
  return { id, revision, sealed: toBase64Url(await sealRecord(key.secret, { ...key, id, revision }, bytes)) };
}

/**
 * Opens a record. Throws ProblemError `notOpened` when it is not what this owner has written as this revision of this
 * record: exchanged with another, put into another place, given an older one's number.
 */
export async function openOwn(key: CollectionKey, record: SealedRecord): Promise<OwnRecord> {
  return (
    (await findOpened(key, record)) ??
    fail(
      "notOpened",
      `What you keep on the server (${key.collection}) was changed there or exchanged. Tell whoever runs it.`,
    )
  );
}

/** As `openOwn`; undefined when it cannot be opened. */
export async function findOpened(
  key: CollectionKey,
  { id, revision, sealed }: SealedRecord,
): Promise<OwnRecord | undefined> {
  const bytes = findBase64Url(sealed);
  const plain = bytes && (await openRecord(key.secret, { ...key, id, revision }, bytes));
  return plain && { id, revision, value: readJson(plain) };
}

/** All records of a collection as the server has them. */
export async function fetchRecords(session: Session, collection: Collection): Promise<SealedRecord[]> {
  const all = { method: "Record/get", arguments: { collection, ids: null } };
  try {
    return (await callMethod(session, all, wholeRecords)).list;
  } catch (error) {
    if (!(error instanceof JmapRefusal && error.type === "requestTooLarge")) throw error;
    return fetchInPortions(session, collection);
  }
}

/** A collection that is too large for one answer, by the sizes of its records. */
async function fetchInPortions(session: Session, collection: Collection): Promise<SealedRecord[]> {
  const found: SealedRecord[] = [];
  for (const ids of recordPortions(await listHeads(session, collection))) {
    const some = { method: "Record/get", arguments: { collection, ids } };
    found.push(...(await callMethod(session, some, wholeRecords)).list);
  }
  return found;
}

async function listHeads(session: Session, collection: Collection): Promise<RecordHead[]> {
  const heads: RecordHead[] = [];
  for (let sinceState = "0"; ; ) {
    const [changes, got] = await callJmap(session, [
      { method: "Record/changes", arguments: { collection, sinceState, maxChanges: portion.records } },
      {
        method: "Record/get",
        arguments: {
          collection,
          "#ids": { resultOf: "0", name: "Record/changes", path: "/created" },
          properties: ["revision", "size"],
        },
      },
    ]);
    const { newState, hasMoreChanges } = readAnswer(session, changes, recordChanges);
    heads.push(...readAnswer(session, got, recordHeads).list);
    if (!hasMoreChanges) return heads;
    sinceState = newState;
  }
}

/** Of one answer. */
const portion = { records: 400, characters: 4 * 1024 * 1024 };

/** So many ids at once as one answer can hold, by the sizes of their records. */
export function recordPortions(heads: readonly Pick<RecordHead, "id" | "size">[]): string[][] {
  const { records: most, characters: largest } = portion;
  return portionsOf(heads, { most, largest, sizeOf: ({ size }) => size }).map((some) =>
    some.map(({ id }) => id),
  );
}

/** One record as the server has it, undefined when there is none. */
export async function findRecord(
  session: Session,
  collection: Collection,
  id: string,
): Promise<SealedRecord | undefined> {
  const one = { method: "Record/get", arguments: { collection, ids: [id] } };
  const { list, notFound } = await callMethod(session, one, wholeRecords);
  const [record, ...others] = list;
  if (record === undefined && notFound.includes(id)) return undefined;
  return record?.id === id && others.length === 0
    ? record
    : fail("notOpened", "The server has given another record than was asked for.");
}

/** All records of a collection that these keys open, and the ids of those that they do not. */
export async function readRecords(
  session: Session,
  keyring: Keyring,
  collection: Collection,
): Promise<{ opened: OwnRecord[]; unreadable: string[] }> {
  const key = await collectionKey(keyring, collection);
  const [opened, unreadable]: [OwnRecord[], string[]] = [[], []];
  for (const sealed of await fetchRecords(session, collection)) {
    const record = await findOpened(key, sealed);
    if (record === undefined) unreadable.push(sealed.id);
    else opened.push(record);
  }
  return { opened, unreadable };
}

/** Hands a sealed record to the server. Throws ProblemError `changedMeanwhile` when another device has written it. */
export async function putRecord(
  session: Session,
  collection: Collection,
  { id, revision, sealed }: SealedRecord,
): Promise<void> {
  const what =
    revision === 1 ? { create: { one: { id, sealed } } } : { update: { [id]: { revision, sealed } } };
  const set = { method: "Record/set", arguments: { collection, ...what } };
  const { notCreated, notUpdated } = await callMethod(session, set, recordsSet, { idempotent: true });
  const reason = notCreated?.one ?? notUpdated?.[id];
  if (reason === undefined) return;
  // Whoever knows a revision that is there no more has been overtaken too.
  if (reason.type === "notFound") fail("changedMeanwhile", "Another device has deleted this record.");
  throw readRefusal(reason);
}

/** Deletes a record; one that is not there is none already. */
export async function deleteRecord(session: Session, collection: Collection, id: string): Promise<void> {
  const set = { method: "Record/set", arguments: { collection, destroy: [id] } };
  const { notDestroyed } = await callMethod(session, set, recordsSet, { idempotent: true });
  const reason = notDestroyed?.[id];
  if (reason !== undefined && reason.type !== "notFound") throw readRefusal(reason);
}

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
import { fail, ProblemError, readJson, type SealedRecord } from "@posthorn/protocol";
import type { Keyring } from "../keys/keyring.ts";
import { getKeyring } from "../keys/session-keys.ts";
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
  const all: SealedRecord[] = [];
  for (let after: string | undefined; ; ) {
    const page = await session.call("records", {
      params: { collection },
      query: after === undefined ? {} : { after },
    });
    all.push(...page.records);
    if (page.next === undefined) return all;
    after = page.next;
  }
}

/** One record as the server has it, undefined when there is none. */
export async function findRecord(
  session: Session,
  collection: Collection,
  id: string,
): Promise<SealedRecord | undefined> {
  try {
    const record = await session.call("record", { params: { collection, id } });
    return record.id === id
      ? record
      : fail("notOpened", "The server has given another record than was asked for.");
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "notFound") return undefined;
    throw error;
  }
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

/**
 * Writes the record of that name; `revision` is the one it replaces, 0 for none. Throws ProblemError `changedMeanwhile`
 * when another device has written it.
 */
export async function writeRecord(
  session: Session,
  collection: Collection,
  { name, revision, value }: { name: string; revision: number; value: unknown },
): Promise<OwnRecord> {
  const key = await collectionKey(await getKeyring(session), collection);
  const next = { id: await idOf(key, name), revision: revision + 1, value };
  await putRecord(session, collection, await sealOwn(key, next));
  return next;
}

/** Hands a sealed record to the server. */
export async function putRecord(
  session: Session,
  collection: Collection,
  { id, revision, sealed }: SealedRecord,
): Promise<void> {
  await session.call("putRecord", { params: { collection, id }, input: { revision, sealed } });
}

export async function deleteRecord(session: Session, collection: Collection, id: string): Promise<void> {
  await session.call("deleteRecord", { params: { collection, id } });
}

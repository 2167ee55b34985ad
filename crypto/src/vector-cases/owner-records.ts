import { deriveSecret, type SecretLabel } from "../account-secrets.ts";
import { fromBase64Url, toBase64Url } from "../base64.ts";
import { sha256 } from "../digest.ts";
import { openRecord, type RecordPlace, recordIdOf, sealRecordWith } from "../owner-record.ts";
import { fromHex, toHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

export interface RecordVectors {
  /** Of all cases, in hex. */
  rootSecret: string;
  ids: readonly { name: string; collection: Collection; recordName: string; id: string }[];
  good: readonly RecordVector[];
  /** What is other than in the good one named `of`. */
  bad: readonly { name: string; of: string; change: Partial<SealedRecord> & { rootSecret?: string } }[];
  heads: readonly HeadVector[];
}

type Collection = "pins" | "head" | "drafts" | "settings" | "search";

interface SealedRecord extends RecordPlace {
  collection: Collection;
  /** Absent where it is long. */
  sealed?: string;
}

interface RecordVector extends SealedRecord {
  name: string;
  text: string;
  /** The text comes so many times. */
  repeatText?: number;
  salt: string;
  sealedSize: number;
  /** SHA-256 of the sealed bytes, in hex. */
  sealedHash: string;
}

interface HeadVector {
  name: string;
  salt: string;
  /** Id and revision of each record of the collection `pins`, in any order. */
  records: readonly (readonly [string, number])[];
  text: string;
  vaultHead: string;
  /** Of the record that it is kept in. */
  id: string;
}

const secretOf: Readonly<Record<Collection, SecretLabel>> = {
  pins: "vault",
  head: "vault",
  drafts: "settings",
  settings: "settings",
  search: "search",
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Names of records, records sealed anew and opened, what is not opened, and heads of the vault. */
export function ownerRecordCases({ rootSecret, ids, good, bad, heads }: RecordVectors): VectorCase[] {
  return [
    ...ids.map(({ name, collection, recordName, id }) => ({
      name: `the id of ${name}`,
      expected: id,
      find: async () => recordIdOf(await keyOf(rootSecret, collection), collection, recordName),
    })),
    ...good.map((vector) => ({
      name: `is sealed like this, and opened: ${vector.name}`,
      expected: {
        size: vector.sealedSize,
        hash: vector.sealedHash,
        sealed: vector.sealed,
        opened: textOf(vector),
      },
      find: () => sealAndOpen(rootSecret, vector),
    })),
    ...bad.map(({ name, of, change }) => ({
      name: `is not opened: ${name}`,
      expected: undefined,
      find: () => open(change.rootSecret ?? rootSecret, { ...findGood(good, of), ...change }),
    })),
    ...heads.map(({ name, text, vaultHead, id, ...parts }) => ({
      name: `a head of the vault: ${name}`,
      expected: { text, vaultHead, id },
      async find() {
        const made = headText(parts);
        const hash = toBase64Url(await sha256(encoder.encode(made)));
        const key = await keyOf(rootSecret, "head");
        return { text: made, vaultHead: hash, id: await recordIdOf(key, "head", hash) };
      },
    })),
  ];
}

function keyOf(rootSecret: string, collection: Collection): Promise<Uint8Array> {
  return deriveSecret(fromHex(rootSecret), secretOf[collection]);
}

function textOf({ text, repeatText = 1 }: RecordVector): string {
  return text.repeat(repeatText);
}

function findGood(good: readonly RecordVector[], name: string): RecordVector {
  const found = good.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the vectors hold no case “${name}”`);
  return found;
}

async function sealAndOpen(rootSecret: string, vector: RecordVector) {
  const key = await keyOf(rootSecret, vector.collection);
  const bytes = encoder.encode(textOf(vector));
  const sealed = await sealRecordWith(fromBase64Url(vector.salt), key, vector, bytes);
  const text = toBase64Url(sealed);
  return {
    size: sealed.length,
    hash: toHex(await sha256(sealed)),
    sealed: vector.sealed === undefined ? undefined : text,
    opened: await open(rootSecret, { ...vector, sealed: text }),
  };
}

/** The text of the record; undefined when it is not opened. */
async function open(
  rootSecret: string,
  { sealed = "", ...place }: SealedRecord,
): Promise<string | undefined> {
  const key = await keyOf(rootSecret, place.collection);
  const bytes = await openRecord(key, place, fromBase64Url(sealed));
  return bytes && decoder.decode(bytes);
}

function headText({ salt, records }: Pick<HeadVector, "salt" | "records">): string {
  return JSON.stringify({ salt, records: records.toSorted(([a], [b]) => (a < b ? -1 : 1)) });
}

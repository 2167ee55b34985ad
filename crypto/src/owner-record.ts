/**
 * Records that only the owner's clients read (§100.9): each sealed as one revision of one record of one collection, so
 * that a server can neither exchange two of them nor pass an old one off as a newer.
 */
import { checkAccountAddress } from "./account-address.ts";
import { toBase64Url } from "./base64.ts";
import { bindTexts } from "./bind-texts.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { padMessage, unpadMessage } from "./padding.ts";
import { drawSalt, openBytes, sealBytesWith } from "./sealed-bytes.ts";

const idBytes = 16;

export interface RecordPlace {
  /** Of the account, in lower case. */
  address: string;
  collection: string;
  id: string;
  /** 1 for the first writing. */
  revision: number;
}

/** The id of the record of that name: 22 letters that tell who has not the collection's secret nothing of it. */
export async function recordIdOf(secret: Uint8Array, collection: string, name: string): Promise<string> {
  const info = bindTexts("posthorn-record-id-v1", [collection, name]);
  return toBase64Url(await hkdfSha256(secret, info, idBytes));
}

/** The record's bytes padded and sealed with the secret of its collection (`deriveSecret`). */
export function sealRecord(secret: Uint8Array, place: RecordPlace, bytes: Uint8Array): Promise<Uint8Array> {
  return sealRecordWith(drawSalt(), secret, place, bytes);
}

/** For test vectors: as `sealRecord`, with a salt of 24 bytes. One that comes twice with a secret gives its texts away. */
export function sealRecordWith(
  salt: Uint8Array,
  secret: Uint8Array,
  place: RecordPlace,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  return sealBytesWith(salt, secret, contextOf(place), padMessage(bytes));
}

/** The bytes that were sealed for exactly this place; undefined for anything else. */
export async function openRecord(
  secret: Uint8Array,
  place: RecordPlace,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  const padded = await openBytes(secret, contextOf(place), sealed);
  return padded && unpadMessage(padded);
}

function contextOf({ address, collection, id, revision }: RecordPlace): Uint8Array {
  checkAccountAddress(address);
  return bindTexts("posthorn-record-v1", [address, collection, id, String(revision)]);
}

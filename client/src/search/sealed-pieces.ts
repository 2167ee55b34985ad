/** Pieces of the index sealed as records of the collection `search` (§100.9), which no server can read. */
import {
  deriveSecret,
  findBase64Url,
  openRecord,
  recordIdOf,
  sealRecord,
  toBase64Url,
} from "@posthorn/crypto";
import type { SealedRecord } from "@posthorn/protocol";
import type { Keyring } from "../keys/keyring.ts";
import { findPieceRecord, recordNameOf, type SegmentPiece, writePieceRecord } from "./piece-record.ts";

const collection = "search";

/** What seals the index of an account. */
export interface SearchKey {
  address: string;
  secret: Uint8Array;
}

export async function searchKey({
  address,
  rootSecret,
}: Pick<Keyring, "address" | "rootSecret">): Promise<SearchKey> {
  return { address, secret: await deriveSecret(rootSecret, "search") };
}

/** The id of the record with that piece. */
export function idOfPiece(
  { secret }: SearchKey,
  piece: Pick<SegmentPiece, "segment" | "place">,
): Promise<string> {
  return recordIdOf(secret, collection, recordNameOf(piece));
}

/** A piece never changes, so its record is always of revision 1. */
export async function sealPiece(key: SearchKey, piece: SegmentPiece): Promise<SealedRecord> {
  const place = { address: key.address, collection, id: await idOfPiece(key, piece), revision: 1 };
  const sealed = await sealRecord(key.secret, place, writePieceRecord(piece));
  return { id: place.id, revision: 1, sealed: toBase64Url(sealed) };
}

/** Undefined for what this owner has not sealed as the piece of this record. */
export async function findSealedPiece(
  key: SearchKey,
  { id, revision, sealed }: SealedRecord,
): Promise<SegmentPiece | undefined> {
  const bytes = findBase64Url(sealed);
  const place = { address: key.address, collection, id, revision };
  const opened = bytes && (await openRecord(key.secret, place, bytes));
  const piece = opened && findPieceRecord(opened);
  return piece && (await idOfPiece(key, piece)) === id ? piece : undefined;
}

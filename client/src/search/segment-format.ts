/**
 * A segment: part of the index, written once and never changed (§100.13). It is a list of pieces, each small enough to be
 * a record of the owner. The first of them hold blocks of terms in their order, the last ones the head: which messages
 * the segment is about, and with which term each block begins.
 *
 *     entry of a block   shared/suffix ‖ suffix of the term ‖ count ‖ [fields] ‖ [length] ‖ postings
 *     posting            distance to the former message, and whether its fields are others ‖ [fields]
 */
import { crc32 } from "./crc32.ts";

/** What a piece has at most: a record's bytes (§85.30) less what says which piece it is (`piece-record.ts`). */
export const largestPiece = 176_000;
/** What is written here. A search for a rare word reads a piece of every segment, so pieces are smaller than they may be. */
export const usualPiece = 65_400;
/** Bytes and terms after which a block is full. */
export const blockBytes = 8 * 1024;
export const blockTerms = 64;
/** From so many messages on a term says how long its postings are, so that they can be passed over. */
export const longPostings = 8;
/** Fields that a posting is in when nothing else is said: the body. */
export const usualFields = 8;
/** Of a term in UTF-8. */
export const longestTerm = 255;

const version = 1;
const mark = [0x70, 0x68, 0x73] as const;
export const trailerBytes = 14;

/** What the last piece ends with. */
export interface Trailer {
  headBytes: number;
  headCrc: number;
  /** Pieces that the head takes, the last ones. */
  headPieces: number;
}

export function trailerOf(head: Uint8Array, headPieces: number): Uint8Array {
  const trailer = new DataView(new ArrayBuffer(trailerBytes));
  trailer.setUint32(0, head.length);
  trailer.setUint32(4, crc32(head));
  trailer.setUint16(8, headPieces);
  trailer.setUint8(10, version);
  for (const [at, byte] of mark.entries()) trailer.setUint8(11 + at, byte);
  return new Uint8Array(trailer.buffer);
}

/** Undefined where a piece is no last one, or of another version. */
export function findTrailer(piece: Uint8Array): Trailer | undefined {
  if (piece.length < trailerBytes) return undefined;
  const trailer = new DataView(piece.buffer, piece.byteOffset + piece.length - trailerBytes, trailerBytes);
  const isOurs =
    trailer.getUint8(10) === version && mark.every((byte, at) => trailer.getUint8(11 + at) === byte);
  if (!isOurs) return undefined;
  return { headBytes: trailer.getUint32(0), headCrc: trailer.getUint32(4), headPieces: trailer.getUint16(8) };
}

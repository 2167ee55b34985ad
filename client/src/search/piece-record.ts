/** A piece of a segment as a record of the owner (§100.13): which piece of which segment it is, and the piece. */
import { hexOf } from "../hash-file.ts";
import type { Sha256 } from "../platform.ts";

/** A piece, and where it belongs. */
export interface SegmentPiece {
  /** Names the segment: hex, of what is in it, so that two devices that make the same one do not make two. */
  segment: string;
  place: number;
  /** Pieces of the segment. */
  count: number;
  piece: Uint8Array;
}

const version = 1;
const idBytes = 16;
const headerBytes = 1 + idBytes + 2 + 2;

/** The name of a piece's record in the collection `search`. */
export function recordNameOf({ segment, place }: Pick<SegmentPiece, "segment" | "place">): string {
  return `${segment}.${place}`;
}

/** What the segment of these pieces is called. `sha256` is a new one. */
export function segmentIdOf(pieces: readonly Uint8Array[], sha256: Sha256): string {
  for (const piece of pieces) {
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, piece.length);
    sha256.update(new Uint8Array(length.buffer));
    sha256.update(piece);
  }
  return hexOf(sha256.digest().subarray(0, idBytes));
}

/** The bytes of a piece's record. */
export function writePieceRecord({ segment, place, count, piece }: SegmentPiece): Uint8Array {
  const bytes = new Uint8Array(headerBytes + piece.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = version;
  for (let at = 0; at < idBytes; at++) bytes[1 + at] = Number.parseInt(segment.slice(2 * at, 2 * at + 2), 16);
  view.setUint16(1 + idBytes, place);
  view.setUint16(3 + idBytes, count);
  bytes.set(piece, headerBytes);
  return bytes;
}

/** Undefined for what is no piece's record, or one of another version. */
export function findPieceRecord(bytes: Uint8Array): SegmentPiece | undefined {
  if (bytes.length < headerBytes || bytes[0] !== version) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const place = view.getUint16(1 + idBytes);
  const count = view.getUint16(3 + idBytes);
  if (place >= count) return undefined;
  return { segment: hexOf(bytes.subarray(1, 1 + idBytes)), place, count, piece: bytes.subarray(headerBytes) };
}

export interface GatheredSegments {
  /** The pieces of each segment that is whole, by its name. */
  whole: Map<string, Uint8Array[]>;
  /** Names of records of segments that are not: another device is still writing them, or deleting them. */
  incomplete: string[];
}

/** Puts pieces together. A segment whose pieces are not those that it is named by is not whole. */
export function gatherSegments(pieces: Iterable<SegmentPiece>, newSha256: () => Sha256): GatheredSegments {
  const gathered: GatheredSegments = { whole: new Map(), incomplete: [] };
  for (const [segment, found] of Map.groupBy(pieces, ({ segment }) => segment)) {
    const sorted = found.toSorted((a, b) => a.place - b.place);
    const parts = sorted.map(({ piece }) => piece);
    const isWhole =
      sorted.every(({ place, count }, at) => place === at && count === sorted.length) &&
      segmentIdOf(parts, newSha256()) === segment;
    if (isWhole) gathered.whole.set(segment, parts);
    else gathered.incomplete.push(...sorted.map(recordNameOf));
  }
  return gathered;
}

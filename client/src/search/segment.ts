import { ByteReader, compareBytes, Malformed } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { type DocTable, readTable } from "./doc-table.ts";
import { findTrailer, longestTerm, trailerBytes } from "./segment-format.ts";

/** Gives a piece by its place, undefined when it is not there. What it gives is checked here. */
export type ReadPiece = (place: number) => Promise<Uint8Array | undefined>;

/** A segment that was opened: its head. Blocks are read when they are looked into. */
export interface Segment {
  readonly table: DocTable;
  readonly blocks: BlockTable;
  readonly pieces: PieceSeals;
  /** Of all its pieces. */
  readonly sizeBytes: number;
}

/** Columns, by the block's number. */
interface BlockTable {
  readonly count: number;
  readonly pieces: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Bytes that all terms of a block and of later ones are not below, and all of former ones are. */
  readonly separators: readonly Uint8Array[];
}

/** Length and checksum of each piece with blocks. */
interface PieceSeals {
  readonly lengths: readonly number[];
  readonly crcs: readonly number[];
}

/** Reads the head of a segment of so many pieces. Throws Malformed when it is damaged, or not there. */
export async function openSegment(readPiece: ReadPiece, pieceCount: number): Promise<Segment> {
  const last = await readPiece(pieceCount - 1);
  const trailer = last && findTrailer(last);
  if (last === undefined || trailer === undefined || trailer.headPieces > pieceCount)
    throw new Malformed("it has no head");
  const parts: Uint8Array[] = [];
  for (let place = pieceCount - trailer.headPieces; place < pieceCount - 1; place++) {
    const part = await readPiece(place);
    if (part === undefined) throw new Malformed("part of its head is missing");
    parts.push(part);
  }
  parts.push(last.subarray(0, last.length - trailerBytes));
  const head = concat(parts);
  if (head.length !== trailer.headBytes || crc32(head) !== trailer.headCrc)
    throw new Malformed("its head is spoilt");
  const segment = readHead(head);
  if (segment.pieces.crcs.length !== pieceCount - trailer.headPieces)
    throw new Malformed("pieces are missing");
  return segment;
}

/** As `openSegment`, with all pieces, each of which is checked. */
export async function openWhole(pieces: readonly Uint8Array[]): Promise<Segment> {
  const segment = await openSegment(async (place) => pieces[place], pieces.length);
  for (const place of segment.pieces.crcs.keys()) checkPiece(segment, place, pieces[place]);
  return segment;
}

/** One of the pieces with blocks. Throws Malformed when it is not what was written. */
export function checkPiece({ pieces }: Segment, place: number, piece: Uint8Array | undefined): Uint8Array {
  const isSame =
    piece !== undefined && piece.length === pieces.lengths[place] && crc32(piece) === pieces.crcs[place];
  if (!isSame) throw new Malformed("a piece is missing or spoilt");
  return piece;
}

/** The block that has the term, if the segment has it; -1 when it is below all. */
export function blockOf({ blocks }: Segment, term: Uint8Array): number {
  let [low, high] = [0, blocks.count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const separator = blocks.separators[middle];
    if (separator !== undefined && compareBytes(separator, term) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function readHead(head: Uint8Array): Segment {
  const reader = new ByteReader(head);
  const table = readTable(reader);
  const crcs: number[] = [];
  for (let left = reader.whole(); left > 0; left--) crcs.push(readCrc(reader));
  const blocks = readBlocks(reader, crcs.length);
  if (reader.at !== reader.end) throw new Malformed("its head is too long");
  const sizeBytes = blocks.pieceLengths.reduce((sum, length) => sum + length, head.length + trailerBytes);
  return { table, blocks: blocks.table, pieces: { crcs, lengths: blocks.pieceLengths }, sizeBytes };
}

function readBlocks(reader: ByteReader, pieceCount: number): { table: BlockTable; pieceLengths: number[] } {
  const count = reader.whole();
  if (count > (reader.end - reader.at) / 2) throw new Malformed("it names more blocks than it has room for");
  const separators: Uint8Array[] = [];
  const table: BlockTable = {
    count,
    pieces: new Uint32Array(count),
    starts: new Uint32Array(count),
    ends: new Uint32Array(count),
    separators,
  };
  const pieceLengths: number[] = [];
  let [piece, end] = [-1, 0];
  for (let block = 0; block < count; block++) {
    const length = reader.whole();
    if (length % 2 === 1 || block === 0) {
      if (block > 0) pieceLengths.push(end);
      piece++;
      end = 0;
    }
    table.pieces[block] = piece;
    table.starts[block] = end;
    end += Math.floor(length / 2);
    table.ends[block] = end;
    const former = separators.at(-1);
    const separator = readPrefixed(reader, former ?? new Uint8Array());
    if (former !== undefined && compareBytes(former, separator) >= 0)
      throw new Malformed("its blocks are in no order");
    separators.push(separator);
  }
  if (count > 0) pieceLengths.push(end);
  if (pieceLengths.length !== pieceCount) throw new Malformed("its blocks are not in its pieces");
  return { table, pieceLengths };
}

/** As `writePrefixed` has written it. */
function readPrefixed(reader: ByteReader, former: Uint8Array): Uint8Array {
  const { shared, rest } = readPrefixLengths(reader);
  if (shared > former.length || shared + rest > longestTerm) throw new Malformed("a term is no term");
  const term = new Uint8Array(shared + rest);
  term.set(former.subarray(0, shared));
  term.set(reader.take(rest), shared);
  return term;
}

/** How much of a term is that of the one before it, and how many bytes follow. */
export function readPrefixLengths(reader: ByteReader): { shared: number; rest: number } {
  const both = reader.byte();
  const shared = both >>> 4 === 15 ? 15 + reader.whole() : both >>> 4;
  const rest = (both & 15) === 15 ? 15 + reader.whole() : both & 15;
  return { shared, rest };
}

function readCrc(reader: ByteReader): number {
  const bytes = reader.take(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

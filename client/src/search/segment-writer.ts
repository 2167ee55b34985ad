import { ByteWriter } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { type DocTable, writeTable } from "./doc-table.ts";
import { fieldBits } from "./fields.ts";
import {
  blockBytes,
  blockTerms,
  longestTerm,
  longPostings,
  trailerBytes,
  trailerOf,
  usualFields,
  usualPiece,
} from "./segment-format.ts";

const fieldMask = 2 ** fieldBits - 1;
/** Filled anew for each term. */
const fieldCounts = new Uint32Array(fieldMask + 1);

/** Where a term is: the message's number, and the fields in its lowest bits. */
export function packPosting(doc: number, fields: number): number {
  return doc * 2 ** fieldBits + fields;
}

export function docOfPosting(posting: number): number {
  return posting >>> fieldBits;
}

export function fieldsOfPosting(posting: number): number {
  return posting & fieldMask;
}

/** Writes one segment. It holds one piece at a time; `takePieces` gives those that are full. */
export class SegmentWriter {
  readonly #table: DocTable;
  readonly #pieceBytes: number;
  #full: Uint8Array<ArrayBuffer>[] = [];
  readonly #piece = new ByteWriter(blockBytes);
  readonly #block = new ByteWriter(2 * blockBytes);
  readonly #postings = new ByteWriter(blockBytes);
  readonly #blocks = new ByteWriter();
  readonly #crcs = new ByteWriter();
  #blockCount = 0;
  #pieceCount = 0;
  #termsInBlock = 0;
  #former: Uint8Array = new Uint8Array();
  #formerOfBlock: Uint8Array = new Uint8Array();
  #separator: Uint8Array = new Uint8Array();
  #formerSeparator: Uint8Array = new Uint8Array();

  constructor(table: DocTable, pieceBytes = usualPiece) {
    this.#table = table;
    this.#pieceBytes = pieceBytes;
  }

  /** Terms come in their order (`compareBytes`), each once, with its postings in the order of their messages. */
  addTerm(term: Uint8Array, postings: readonly number[] | Uint32Array): void {
    if (term.length > longestTerm || postings.length === 0) return;
    if (this.#block.length >= blockBytes || this.#termsInBlock >= blockTerms) this.#closeBlock();
    if (this.#termsInBlock === 0) {
      this.#separator = term.slice(0, commonLength(this.#formerOfBlock, term) + 1);
      this.#former = new Uint8Array();
    }
    this.#writeTerm(term, postings);
    this.#termsInBlock++;
    this.#former = term;
  }

  /** The pieces that have become full since the last time, in their order. */
  takePieces(): Uint8Array<ArrayBuffer>[] {
    const pieces = this.#full;
    this.#full = [];
    return pieces;
  }

  /** Writes the head. The pieces that `takePieces` gives then are the last. */
  finish(): void {
    this.#closeBlock();
    this.#closePiece();
    const head = new ByteWriter(16 * this.#table.size + this.#blocks.length + this.#crcs.length + 32);
    writeTable(this.#table, head);
    head.whole(this.#pieceCount);
    head.bytes(this.#crcs.view());
    head.whole(this.#blockCount);
    head.bytes(this.#blocks.view());
    const bytes = head.copy();
    for (let at = 0; at < bytes.length; at += this.#pieceBytes)
      this.#full.push(bytes.slice(at, at + this.#pieceBytes));
    this.#addTrailer(bytes);
  }

  #addTrailer(head: Uint8Array): void {
    const count = Math.ceil(head.length / this.#pieceBytes);
    const last = this.#full.at(-1) ?? new Uint8Array();
    const isFitting = last.length + trailerBytes <= this.#pieceBytes;
    const trailer = trailerOf(head, isFitting ? count : count + 1);
    if (isFitting) this.#full.pop();
    const former = isFitting ? last : new Uint8Array();
    const piece = new Uint8Array(former.length + trailerBytes);
    piece.set(former);
    piece.set(trailer, former.length);
    this.#full.push(piece);
  }

  #writeTerm(term: Uint8Array, postings: readonly number[] | Uint32Array): void {
    const shared = commonLength(this.#former, term);
    writePrefixed(this.#block, shared, term);
    const fields = mostFrequentFields(postings);
    const isUsual = fields === usualFields;
    this.#block.whole(2 * (postings.length - 1) + (isUsual ? 0 : 1));
    if (!isUsual) this.#block.byte(fields);
    this.#postings.clear();
    let former = -1;
    for (const posting of postings) {
      const doc = docOfPosting(posting);
      const isOther = fieldsOfPosting(posting) !== fields;
      this.#postings.whole(2 * (doc - former - 1) + (isOther ? 1 : 0));
      if (isOther) this.#postings.byte(fieldsOfPosting(posting));
      former = doc;
    }
    if (postings.length >= longPostings) this.#block.whole(this.#postings.length);
    this.#block.bytes(this.#postings.view());
  }

  #closeBlock(): void {
    if (this.#termsInBlock === 0) return;
    const { length } = this.#block;
    if (this.#piece.length > 0 && this.#piece.length + length > this.#pieceBytes) this.#closePiece();
    const isFirstOfPiece = this.#piece.length === 0;
    this.#piece.bytes(this.#block.view());
    this.#blocks.whole(2 * length + (isFirstOfPiece ? 1 : 0));
    writePrefixed(this.#blocks, commonLength(this.#formerSeparator, this.#separator), this.#separator);
    this.#formerSeparator = this.#separator;
    this.#blockCount++;
    this.#block.clear();
    this.#termsInBlock = 0;
    this.#formerOfBlock = this.#former;
  }

  #closePiece(): void {
    if (this.#piece.length === 0) return;
    const piece = this.#piece.copy();
    const crc = new DataView(new ArrayBuffer(4));
    crc.setUint32(0, crc32(piece));
    this.#crcs.bytes(new Uint8Array(crc.buffer));
    this.#full.push(piece);
    this.#pieceCount++;
    this.#piece.clear();
  }
}

/** A term without what it has in common with the one before it. Both lengths are in one byte where they are short. */
function writePrefixed(writer: ByteWriter, shared: number, term: Uint8Array): void {
  const rest = term.length - shared;
  writer.byte(16 * Math.min(shared, 15) + Math.min(rest, 15));
  if (shared >= 15) writer.whole(shared - 15);
  if (rest >= 15) writer.whole(rest - 15);
  writer.bytes(term.subarray(shared));
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

function mostFrequentFields(postings: readonly number[] | Uint32Array): number {
  if (postings.length === 1) return fieldsOfPosting(postings[0] ?? 0);
  fieldCounts.fill(0);
  let best = usualFields;
  for (const posting of postings) {
    const fields = fieldsOfPosting(posting);
    const count = (fieldCounts[fields] ?? 0) + 1;
    fieldCounts[fields] = count;
    if (count > (fieldCounts[best] ?? 0)) best = fields;
  }
  return best;
}

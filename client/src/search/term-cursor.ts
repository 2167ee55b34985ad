import { ByteReader, compareBytes, Malformed } from "./bytes.ts";
import { fieldBits } from "./fields.ts";
import { blockOf, readPrefixLengths, type Segment } from "./segment.ts";
import { longestTerm, longPostings, usualFields } from "./segment-format.ts";

/** Gives a checked piece of the segment, at once when it is at hand. */
export type LoadPiece = (place: number) => Uint8Array | Promise<Uint8Array>;

/**
 * Goes through the terms of a segment in their order. `advance` moves inside a block, `enterNextBlock` to the next one:
 * so only what has to wait for the store waits. Everything throws Malformed where the segment is damaged.
 */
export class TermCursor {
  readonly #segment: Segment;
  readonly #loadPiece: LoadPiece;
  readonly #term = new Uint8Array(longestTerm);
  #block = -1;
  #reader = new ByteReader(new Uint8Array());
  #fields = usualFields;
  #postingsStart = 0;
  /** -1 where it is not known before they are read. */
  #postingsEnd = 0;
  termLength = 0;
  /** Messages that have the term. */
  count = 0;

  constructor(segment: Segment, loadPiece: LoadPiece) {
    this.#segment = segment;
    this.#loadPiece = loadPiece;
  }

  /** A view of the term; `advance` writes over it. */
  term(): Uint8Array {
    return this.#term.subarray(0, this.termLength);
  }

  /** Moves to the first term that is not below this one. False when there is none. */
  async seek(term: Uint8Array): Promise<boolean> {
    const block = Math.max(blockOf(this.#segment, term), 0);
    if (block >= this.#segment.blocks.count) return false;
    await this.#enter(block);
    while (this.advance()) {
      if (compareBytes(this.term(), term) >= 0) return true;
    }
    return (await this.enterNextBlock()) && this.advance();
  }

  /** Moves to the next term of the block; false at its end. */
  advance(): boolean {
    const reader = this.#reader;
    reader.at = this.#postingsEnd >= 0 ? this.#postingsEnd : this.forEach(ignore);
    if (reader.at >= reader.end) return false;
    const { shared, rest } = readPrefixLengths(reader);
    if (shared > this.termLength || shared + rest > longestTerm) throw new Malformed("a term is no term");
    this.#term.set(reader.take(rest), shared);
    this.termLength = shared + rest;
    const counted = reader.whole();
    this.count = Math.floor(counted / 2) + 1;
    if (this.count > this.#segment.table.size)
      throw new Malformed("a term is in more messages than there are");
    this.#fields = counted % 2 === 0 ? usualFields : reader.byte();
    const length = this.count >= longPostings ? reader.whole() : -1;
    this.#postingsStart = reader.at;
    if (length > reader.end - reader.at) throw new Malformed("it ends too soon");
    this.#postingsEnd = length < 0 ? -1 : reader.at + length;
    return true;
  }

  /** To just before the first term of the next block; false when this was the last. */
  async enterNextBlock(): Promise<boolean> {
    if (this.#block + 1 >= this.#segment.blocks.count) return false;
    await this.#enter(this.#block + 1);
    return true;
  }

  /** Calls back with each message that has the term, and the fields that it is in. Gives the place behind them. */
  forEach(take: (doc: number, fields: number) => void): number {
    const { size } = this.#segment.table;
    const reader = this.#reader;
    reader.at = this.#postingsStart;
    let doc = -1;
    for (let left = this.count; left > 0; left--) {
      const distance = reader.whole();
      doc += Math.floor(distance / 2) + 1;
      const fields = distance % 2 === 0 ? this.#fields : reader.byte();
      if (doc >= size || fields === 0 || fields >= 2 ** fieldBits) throw new Malformed("a term is nowhere");
      take(doc, fields);
    }
    if (this.#postingsEnd >= 0 && reader.at !== this.#postingsEnd) throw new Malformed("a term is too long");
    this.#postingsEnd = reader.at;
    return reader.at;
  }

  async #enter(block: number): Promise<void> {
    const { pieces, starts, ends } = this.#segment.blocks;
    const loaded = this.#loadPiece(pieces[block] ?? 0);
    const piece = loaded instanceof Uint8Array ? loaded : await loaded;
    this.#block = block;
    this.#reader = new ByteReader(piece, starts[block], ends[block]);
    this.#postingsEnd = this.#reader.at;
    this.termLength = 0;
    this.count = 0;
  }
}

function ignore(): void {
  // The postings are only passed over.
}

import { type Bits, clearBit, fullBits, setBit } from "./bits.ts";
import { compareBytes, Malformed } from "./bytes.ts";
import { docStates } from "./doc-table.ts";
import type { PieceCache } from "./piece-cache.ts";
import { nameOfPiece } from "./progress.ts";
import { checkPiece, openSegment, type Segment } from "./segment.ts";
import type { SegmentStore } from "./segment-store.ts";
import type { Shelf } from "./shelf.ts";
import { TermCursor } from "./term-cursor.ts";
import type { QueryTerm } from "./terms.ts";

export interface HeldPlace {
  number: number;
  pieces: number;
  name?: string | undefined;
}

interface HeldContext {
  store: SegmentStore;
  cache: PieceCache;
}

const encoder = new TextEncoder();
const removed = docStates.indexOf("removed");
const partial = docStates.indexOf("partial");

/** A segment that the index consists of. */
export class HeldSegment {
  readonly number: number;
  readonly pieces: number;
  name: string | undefined;
  readonly segment: Segment;
  /** Its messages of which nothing better is held elsewhere, and which are not removed. */
  readonly live: Bits;
  /** Those of which not all text could be read. */
  readonly partialDocs: readonly number[];
  /** The least and the greatest id in it. */
  readonly leastId: number;
  readonly greatestId: number;
  readonly #ctx: HeldContext;
  /** Its messages by their ids, the greatest first; made when they are not so already. */
  #byId: Uint32Array | undefined;

  constructor(ctx: HeldContext, { number, pieces, name }: HeldPlace, segment: Segment) {
    this.#ctx = ctx;
    this.number = number;
    this.pieces = pieces;
    this.name = name;
    this.segment = segment;
    const { table } = segment;
    this.live = fullBits(table.size);
    for (const [doc, state] of table.states.entries()) if (state === removed) clearBit(this.live, doc);
    this.partialDocs = [...table.states.keys()].filter((doc) => table.states[doc] === partial);
    this.leastId = table.ids.reduce((least, id) => Math.min(least, id), Number.POSITIVE_INFINITY);
    this.greatestId = table.ids.reduce((greatest, id) => Math.max(greatest, id), Number.NEGATIVE_INFINITY);
  }

  get sizeBytes(): number {
    return this.segment.sizeBytes;
  }

  get newest(): number {
    return this.segment.table.times[0] ?? 0;
  }

  get oldest(): number {
    return this.segment.table.times.at(-1) ?? 0;
  }

  /** The number of that message in this segment; -1 when it is not in it. */
  findDoc(id: number): number {
    const { ids, size } = this.segment.table;
    if (id < this.leastId || id > this.greatestId) return -1;
    this.#byId ??= orderById(ids);
    let [low, high] = [0, size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ids[this.#byId[middle] ?? 0] ?? 0) > id) low = middle + 1;
      else high = middle;
    }
    const doc = this.#byId[low] ?? -1;
    return ids[doc] === id ? doc : -1;
  }

  cursor(): TermCursor {
    return new TermCursor(this.segment, (place) => this.#load(place));
  }

  /** For one search. `onLost` hears of it when the segment turns out to be damaged. */
  shelf(onLost: (segment: HeldSegment) => void): Shelf {
    return {
      table: this.segment.table,
      live: this.live.slice(),
      find: (term, fields, into) =>
        this.#unlessLost(onLost, async () => this.#find(this.cursor(), term, fields, into)),
      list: (prefix, take) => this.#unlessLost(onLost, async () => this.#list(this.cursor(), prefix, take)),
    };
  }

  async #unlessLost(onLost: (segment: HeldSegment) => void, read: () => Promise<void>): Promise<boolean> {
    try {
      await read();
      return true;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      onLost(this);
      return false;
    }
  }

  async #find(cursor: TermCursor, { term, isPrefix }: QueryTerm, fields: number, into: Bits): Promise<void> {
    const wanted = encoder.encode(term);
    const note = (doc: number, found: number) => {
      if ((found & fields) !== 0) setBit(into, doc);
    };
    if (isPrefix) {
      await eachFrom(cursor, wanted, () => cursor.forEach(note));
      return;
    }
    if ((await cursor.seek(wanted)) && compareBytes(cursor.term(), wanted) === 0) cursor.forEach(note);
  }

  async #list(
    cursor: TermCursor,
    prefix: string,
    take: (term: string, count: number) => boolean,
  ): Promise<void> {
    const decoder = new TextDecoder();
    await eachFrom(cursor, encoder.encode(prefix), () =>
      take(decoder.decode(cursor.term()), cursor.count) ? 0 : undefined,
    );
  }

  /** At once when it was read lately. */
  #load(place: number): Uint8Array | Promise<Uint8Array> {
    const name = nameOfPiece(this.number, place);
    return this.#ctx.cache.find(name) ?? this.#read(name, place);
  }

  async #read(name: string, place: number): Promise<Uint8Array> {
    const piece = checkPiece(this.segment, place, await this.#ctx.store.read(name));
    this.#ctx.cache.put(name, piece);
    return piece;
  }
}

/** Opens a segment that lies in the store. Undefined when it is damaged, or not there whole. */
export async function findSegment(ctx: HeldContext, place: HeldPlace): Promise<HeldSegment | undefined> {
  const readPiece = (piece: number) => ctx.store.read(nameOfPiece(place.number, piece));
  return unlessMalformed(async () => new HeldSegment(ctx, place, await openSegment(readPiece, place.pieces)));
}

/** What it makes; undefined when it throws Malformed. */
export async function unlessMalformed<Result>(make: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Calls back at each term with that beginning, until the callback gives undefined. */
async function eachFrom(
  cursor: TermCursor,
  prefix: Uint8Array,
  take: () => number | undefined,
): Promise<void> {
  let isAtTerm = await cursor.seek(prefix);
  while (isAtTerm && startsWith(cursor.term(), prefix) && take() !== undefined) {
    isAtTerm = cursor.advance() || ((await cursor.enterNextBlock()) && cursor.advance());
  }
}

function startsWith(term: Uint8Array, prefix: Uint8Array): boolean {
  return term.length >= prefix.length && prefix.every((byte, at) => term[at] === byte);
}

function orderById(ids: Float64Array): Uint32Array {
  const order = Uint32Array.from(ids.keys());
  const isInOrder = ids.every((id, at) => at === 0 || id < (ids[at - 1] ?? 0));
  return isInOrder ? order : order.sort((a, b) => (ids[b] ?? 0) - (ids[a] ?? 0));
}

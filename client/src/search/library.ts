import type { BuildBuffer } from "./build-buffer.ts";
import { findSegment, type HeldPlace, type HeldSegment, unlessMalformed } from "./held-segment.ts";
import { Holdings } from "./holdings.ts";
import { type MergeInput, mergeSegments } from "./merge-segments.ts";
import { PieceCache } from "./piece-cache.ts";
import {
  findPieceName,
  findProgress,
  nameOfPiece,
  type Progress,
  progressName,
  type SegmentPlace,
  writeProgress,
} from "./progress.ts";
import { openWhole } from "./segment.ts";
import type { SegmentStore } from "./segment-store.ts";
import type { Shelf } from "./shelf.ts";
import { type Span, uniteSpans, withoutSpan } from "./spans.ts";

/** What becomes of an index in one step. */
export interface LibraryChange {
  added: readonly HeldSegment[];
  dropped: readonly HeldSegment[];
  /** What stands in `added` now. */
  written: readonly BuildBuffer[];
  covers: readonly Span[];
  cursor: string | undefined;
}

/** The segments in a store, and the note that says which of them count. One thing is done at a time by the caller. */
export class Library {
  readonly holdings = new Holdings();
  readonly #store: SegmentStore;
  readonly #cache: PieceCache;
  readonly #pieceBytes: number;
  #nextNumber = 0;
  /** Searches that are going on: they read on in what is dropped meanwhile. */
  #readers = 0;
  #dropped: HeldSegment[] = [];
  covered: Span[] = [];
  cursor: string | undefined;

  constructor(store: SegmentStore, { cacheBytes, pieceBytes }: { cacheBytes: number; pieceBytes: number }) {
    this.#store = store;
    this.#cache = new PieceCache(cacheBytes);
    this.#pieceBytes = pieceBytes;
  }

  /** Reads the heads of all segments, and deletes what no note names: what was begun and not finished. */
  async load(): Promise<void> {
    const [bytes, names] = await Promise.all([this.#store.read(progressName), this.#store.list()]);
    const progress = (bytes && findProgress(bytes)) ?? noteOf(names);
    this.#nextNumber = Math.max(progress.nextNumber, ...names.map((name) => numberIn(name) + 1));
    this.covered = progress.covered;
    this.cursor = progress.cursor;
    const found = await Promise.all(progress.segments.map((place) => findSegment(this.#ctx(), place)));
    for (const [at, place] of progress.segments.entries()) {
      const segment = found[at];
      if (segment === undefined) this.covered = withoutSpan(this.covered, spanOf(place));
      else this.holdings.install(segment);
    }
    const ours = new Set(this.holdings.segments.flatMap(namesOf));
    for (const name of names) {
      if (name !== progressName && findPieceName(name) !== undefined && !ours.has(name))
        await this.#store.delete(name);
    }
  }

  /** Puts the pieces of a segment into the store. It counts once a change says so. */
  async write(pieces: readonly Uint8Array[], name?: string): Promise<HeldSegment> {
    const number = this.#nextNumber++;
    for (const [place, piece] of pieces.entries()) await this.#store.write(nameOfPiece(number, place), piece);
    return this.#getWritten({ number, pieces: pieces.length, name });
  }

  /** The merged segment, or that none was left to be written, or which of the inputs cannot be read. */
  async merge(
    inputs: readonly MergeInput[],
  ): Promise<{ merged: HeldSegment | undefined } | { damaged: HeldSegment }> {
    const number = this.#nextNumber++;
    const result = await mergeSegments(inputs, this.#pieceBytes, (place, piece) =>
      this.#store.write(nameOfPiece(number, place), piece),
    );
    if ("damaged" in result) return result;
    if (result.pieces === 0) return { merged: undefined };
    return { merged: await this.#getWritten({ number, pieces: result.pieces }) };
  }

  /** Makes it so, in the store first: it is as it was before, or as it is then. */
  async change({ added, dropped, written, covers, cursor }: LibraryChange): Promise<void> {
    const { holdings } = this;
    const kept = holdings.segments.filter((segment) => !dropped.includes(segment));
    const progress: Progress = {
      version: 1,
      nextNumber: this.#nextNumber,
      ...(cursor === undefined ? {} : { cursor }),
      covered: uniteSpans([...this.covered, ...covers]),
      segments: [...kept, ...added].map(placeOf),
    };
    await this.#store.write(progressName, writeProgress(progress));
    // Not what was just written: a search may have found a segment damaged meanwhile.
    this.covered = uniteSpans([...this.covered, ...covers]);
    this.cursor = cursor;
    holdings.drop(written);
    for (const segment of dropped) holdings.uninstall(segment);
    for (const segment of added) holdings.install(segment);
    this.#dropped.push(...dropped);
    await this.sweep();
  }

  /** A segment cannot be read: it counts as not there, and what it was about as not covered. */
  lose(segment: HeldSegment): void {
    if (!this.holdings.segments.includes(segment)) return;
    this.holdings.uninstall(segment);
    this.covered = withoutSpan(this.covered, spanOf(segment));
    this.#dropped.push(segment);
  }

  /** All as it is now, to be searched until `giveBack`. */
  borrow(): Shelf[] {
    this.#readers++;
    const { buffers, segments } = this.holdings;
    const onLost = (segment: HeldSegment) => this.lose(segment);
    return [...buffers.map((buffer) => buffer.shelf()), ...segments.map((segment) => segment.shelf(onLost))];
  }

  giveBack(): void {
    this.#readers--;
  }

  /** Deletes what was dropped, unless a search may still read it. */
  async sweep(): Promise<void> {
    while (this.#readers === 0) {
      const [segment] = this.#dropped;
      if (segment === undefined) return;
      for (const name of namesOf(segment)) {
        this.#cache.forget(name);
        await this.#store.delete(name);
      }
      this.#dropped = this.#dropped.filter((other) => other !== segment);
    }
  }

  /** The pieces of a segment; undefined when it turns out to be damaged. */
  async readPieces(segment: HeldSegment): Promise<Uint8Array[] | undefined> {
    const pieces: Uint8Array[] = [];
    for (const name of namesOf(segment)) {
      const piece = await this.#store.read(name);
      if (piece !== undefined) pieces.push(piece);
    }
    if ((await unlessMalformed(() => openWhole(pieces))) !== undefined) return pieces;
    this.lose(segment);
    return undefined;
  }

  async #getWritten(place: HeldPlace): Promise<HeldSegment> {
    const segment = await findSegment(this.#ctx(), place);
    if (segment === undefined) throw new Error("This device does not keep what is written to it.");
    return segment;
  }

  #ctx(): { store: SegmentStore; cache: PieceCache } {
    return { store: this.#store, cache: this.#cache };
  }
}

function spanOf({ newest, oldest }: { newest: number; oldest: number }): Span {
  return { from: oldest, to: newest + 1 };
}

function placeOf({ number, pieces, newest, oldest, name }: HeldSegment): SegmentPlace {
  return { number, pieces, newest, oldest, ...(name === undefined ? {} : { name }) };
}

function namesOf({ number, pieces }: HeldPlace): string[] {
  return Array.from({ length: pieces }, (_, place) => nameOfPiece(number, place));
}

function numberIn(name: string): number {
  return findPieceName(name)?.segment ?? -1;
}

/** Where there is no note: all segments, and nothing is said of what they cover. */
function noteOf(names: readonly string[]): Progress {
  const pieces = new Map<number, number>();
  for (const name of names) {
    const found = findPieceName(name);
    if (found !== undefined)
      pieces.set(found.segment, Math.max(pieces.get(found.segment) ?? 0, found.place + 1));
  }
  const segments = [...pieces]
    .sort(([a], [b]) => a - b)
    .map(([number, count]) => ({ number, pieces: count, newest: 0, oldest: 0 }));
  return { version: 1, nextNumber: 0, covered: [], segments };
}

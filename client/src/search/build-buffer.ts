import { clearBit, fullBits, setBit } from "./bits.ts";
import { compareBytes } from "./bytes.ts";
import { compareAge, type DocEntry, tableOf } from "./doc-table.ts";
import { bitOf, type FieldTexts, fields } from "./fields.ts";
import { monthOf } from "./months.ts";
import { docOfPosting, fieldsOfPosting, packPosting, SegmentWriter } from "./segment-writer.ts";
import type { Shelf } from "./shelf.ts";
import { forEachTerm } from "./terms.ts";

/** Messages are numbered as they come, and a message that comes again gets another number. */
type Place = number;

const encoder = new TextEncoder();

/** Messages that are in no segment yet. They are searched as they lie here, and lost with the program. */
export class BuildBuffer {
  readonly #entries: DocEntry[] = [];
  readonly #places = new Map<number, Place>();
  readonly #postings = new Map<string, number[]>();
  #shelf: Shelf | undefined;
  postingCount = 0;

  /** How often something was put here. */
  get size(): number {
    return this.#entries.length;
  }

  find(id: number): DocEntry | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#entries[place];
  }

  *entries(): Generator<DocEntry> {
    for (const place of this.#places.values()) {
      const entry = this.#entries[place];
      if (entry !== undefined) yield entry;
    }
  }

  /** Puts it in the place of what is here of the same message. */
  put(entry: DocEntry, texts: FieldTexts): void {
    const place = this.#entries.length;
    this.#shelf = undefined;
    this.#entries.push(entry);
    this.#places.set(entry.id, place);
    for (const field of fields) {
      const text = texts[field];
      if (text === undefined || text === "") continue;
      const bit = bitOf(field);
      forEachTerm(text, (term) => this.#note(term, place, bit));
    }
  }

  /** Forgets a message that no segment knows of. */
  forget(id: number): void {
    this.#shelf = undefined;
    this.#places.delete(id);
  }

  /** As it is now. */
  shelf(): Shelf {
    this.#shelf ??= this.#makeShelf();
    return this.#shelf;
  }

  /** All of it as the pieces of segments, one segment for each month. */
  toSegments(pieceBytes: number): Uint8Array[][] {
    const months = Map.groupBy(this.#places.values(), (place) =>
      monthOf(this.#entries[place]?.receivedAt ?? 0),
    );
    const writers: SegmentWriter[] = [];
    // Of each place the number of its writer, and its own number there; −1 for what was replaced.
    const writerOf = new Int32Array(this.size).fill(-1);
    const docOf = new Int32Array(this.size);
    for (const places of months.values()) {
      const sorted = this.#newestFirst(places);
      for (const [doc, place] of sorted.entries()) {
        writerOf[place] = writers.length;
        docOf[place] = doc;
      }
      const table = tableOf(sorted.flatMap((place) => this.#entries[place] ?? []));
      writers.push(new SegmentWriter(table, pieceBytes));
    }
    const parts: { writer: SegmentWriter; postings: number[] }[] = writers.map((writer) => ({
      writer,
      postings: [],
    }));
    for (const [term, postings] of this.#sortedTerms()) {
      const touched = new Set<(typeof parts)[number]>();
      for (const posting of postings) {
        const place = docOfPosting(posting);
        const part = parts[writerOf[place] ?? -1];
        if (part === undefined) continue;
        if (part.postings.length === 0) touched.add(part);
        part.postings.push(packPosting(docOf[place] ?? 0, fieldsOfPosting(posting)));
      }
      for (const part of touched) {
        part.writer.addTerm(term, inOrder(part.postings));
        part.postings.length = 0;
      }
    }
    return writers.map((writer) => {
      writer.finish();
      return writer.takePieces();
    });
  }

  #note(term: string, place: Place, bit: number): void {
    const list = this.#postings.get(term);
    if (list === undefined) {
      this.#postings.set(term, [packPosting(place, bit)]);
      this.postingCount++;
      return;
    }
    const last = list[list.length - 1] ?? 0;
    if (docOfPosting(last) === place) list[list.length - 1] = last | bit;
    else {
      list.push(packPosting(place, bit));
      this.postingCount++;
    }
  }

  #makeShelf(): Shelf {
    const sorted = this.#newestFirst(this.#places.values());
    const docOf = new Int32Array(this.size).fill(-1);
    for (const [doc, place] of sorted.entries()) docOf[place] = doc;
    const entries = sorted.flatMap((place) => this.#entries[place] ?? []);
    const live = fullBits(entries.length);
    for (const [doc, { state }] of entries.entries()) if (state === "removed") clearBit(live, doc);
    const collect = (list: readonly number[], wanted: number, into: Uint32Array<ArrayBuffer>) => {
      for (const posting of list) {
        const doc = docOf[docOfPosting(posting)] ?? -1;
        if (doc >= 0 && (fieldsOfPosting(posting) & wanted) !== 0) setBit(into, doc);
      }
    };
    return {
      table: tableOf(entries),
      live,
      find: async ({ term, isPrefix }, wanted, into) => {
        if (!isPrefix) collect(this.#postings.get(term) ?? [], wanted, into);
        else {
          for (const [found, list] of this.#postings) if (found.startsWith(term)) collect(list, wanted, into);
        }
        return true;
      },
      list: async (prefix, take) => {
        for (const [term, { length }] of this.#postings) {
          if (term.startsWith(prefix) && !take(term, length)) break;
        }
        return true;
      },
    };
  }

  #newestFirst(places: Iterable<Place>): Place[] {
    const none = { id: 0, receivedAt: 0 };
    return [...places].sort((a, b) => compareAge(this.#entries[a] ?? none, this.#entries[b] ?? none));
  }

  #sortedTerms(): (readonly [Uint8Array, readonly number[]])[] {
    const terms = [...this.#postings].map(([term, postings]) => [encoder.encode(term), postings] as const);
    return terms.sort(([a], [b]) => compareBytes(a, b));
  }
}

/** Messages mostly come newest first, and so they are numbered. */
function inOrder(postings: number[]): number[] {
  const isInOrder = postings.every((posting, at) => at === 0 || posting > (postings[at - 1] ?? 0));
  return isInOrder ? postings : postings.sort((a, b) => a - b);
}

import { compareBytes, Malformed } from "./bytes.ts";
import { compareAge, type DocEntry, type DocTable, entryOf, isBetter, tableOf } from "./doc-table.ts";
import type { HeldSegment } from "./held-segment.ts";
import { packPosting, SegmentWriter } from "./segment-writer.ts";
import type { TermCursor } from "./term-cursor.ts";

export interface MergeInput {
  segment: HeldSegment;
  /** Whether a message of it goes into the merged one. */
  isKept(doc: number): boolean;
}

/** How many pieces were written, 0 when nothing was left to be written; or which of the inputs cannot be read. */
export type MergeResult = { pieces: number } | { damaged: HeldSegment };

interface Source {
  segment: HeldSegment;
  cursor: TermCursor;
  /** Numbers in the merged segment; −1 for what is left out. */
  docs: Int32Array;
}

/** Writes several segments as one. It holds little of them at a time. */
export async function mergeSegments(
  inputs: readonly MergeInput[],
  pieceBytes: number,
  writePiece: (place: number, piece: Uint8Array) => Promise<void>,
): Promise<MergeResult> {
  const { table, sources } = tableOfMerged(inputs);
  if (table.size === 0) return { pieces: 0 };
  const writer = new SegmentWriter(table, pieceBytes);
  let written = 0;
  const writeFull = async () => {
    for (const piece of writer.takePieces()) await writePiece(written++, piece);
  };
  let touched: Source | undefined;
  try {
    let waiting: Source[] = [];
    for (touched of sources) if (await touched.cursor.seek(new Uint8Array())) waiting.push(touched);
    const postings = new PostingList();
    while (waiting.length > 0) {
      const term = leastTerm(waiting).slice();
      const ended = new Set<Source>();
      postings.clear();
      for (touched of waiting) {
        if (compareBytes(touched.cursor.term(), term) !== 0) continue;
        gather(touched, postings);
        const isGoingOn =
          touched.cursor.advance() || ((await touched.cursor.enterNextBlock()) && touched.cursor.advance());
        if (!isGoingOn) ended.add(touched);
      }
      writer.addTerm(term, postings.sorted());
      await writeFull();
      if (ended.size > 0) waiting = waiting.filter((source) => !ended.has(source));
    }
  } catch (error) {
    if (error instanceof Malformed && touched !== undefined) return { damaged: touched.segment };
    throw error;
  }
  writer.finish();
  await writeFull();
  return { pieces: written };
}

function gather({ cursor, docs }: Source, postings: PostingList): void {
  cursor.forEach((doc, fields) => {
    const merged = docs[doc] ?? -1;
    if (merged >= 0) postings.add(packPosting(merged, fields));
  });
}

function tableOfMerged(inputs: readonly MergeInput[]): { table: DocTable; sources: Source[] } {
  const kept = new Map<number, { entry: DocEntry; source: Source; doc: number }>();
  const sources: Source[] = [];
  for (const { segment, isKept } of inputs) {
    const { table } = segment.segment;
    const source = { segment, cursor: segment.cursor(), docs: new Int32Array(table.size).fill(-1) };
    sources.push(source);
    for (let doc = 0; doc < table.size; doc++) {
      if (!isKept(doc)) continue;
      const entry = entryOf(table, doc);
      const other = kept.get(entry.id);
      if (other === undefined || isBetter(entry, other.entry)) kept.set(entry.id, { entry, source, doc });
    }
  }
  const sorted = [...kept.values()].sort((a, b) => compareAge(a.entry, b.entry));
  for (const [merged, { source, doc }] of sorted.entries()) source.docs[doc] = merged;
  return { table: tableOf(sorted.map(({ entry }) => entry)), sources };
}

function leastTerm(sources: readonly Source[]): Uint8Array {
  let least: Uint8Array | undefined;
  for (const { cursor } of sources) {
    const term = cursor.term();
    if (least === undefined || compareBytes(term, least) < 0) least = term;
  }
  return least ?? new Uint8Array();
}

/** Numbers that mostly come in order. */
class PostingList {
  #numbers = new Uint32Array(1024);
  #length = 0;
  #isSorted = true;

  clear(): void {
    this.#length = 0;
    this.#isSorted = true;
  }

  add(posting: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Uint32Array(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    if (this.#length > 0 && posting < (this.#numbers[this.#length - 1] ?? 0)) this.#isSorted = false;
    this.#numbers[this.#length++] = posting;
  }

  sorted(): Uint32Array {
    const numbers = this.#numbers.subarray(0, this.#length);
    return this.#isSorted ? numbers : numbers.sort();
  }
}

/**
 * The index of what was opened on this device. It is made of segments that never change: new messages are gathered in
 * memory, written as a small segment, and small segments are merged into larger ones. Which segments count, and what of
 * the mailbox they are about, is said by one small note (progress.ts), so the index is never between two states.
 */
import { type DocEntry, type DocTable, entriesOf, isBetter, isStorable } from "./doc-table.ts";
import { emailOfNumber, numberOfEmail } from "./email-id.ts";
import type { FieldTexts } from "./fields.ts";
import { type HeldSegment, unlessMalformed } from "./held-segment.ts";
import { findHits, type SearchHit, type SearchOptions } from "./hits.ts";
import { Library, type LibraryChange } from "./library.ts";
import { dueMerge } from "./merge-policy.ts";
import type { SearchPlan } from "./plan.ts";
import { openWhole } from "./segment.ts";
import { largestPiece, usualPiece } from "./segment-format.ts";
import type { SegmentStore } from "./segment-store.ts";
import { always, type Span, uniteSpans } from "./spans.ts";
import { type Suggestion, suggestWords } from "./suggest.ts";

export interface SearchDoc {
  /** Of an Email. */
  id: string;
  /** Milliseconds since 1970. Of one message always the same. */
  receivedAt: number;
  /** Grows when the text becomes another, as by an edit; 0 when it is left out. Below 2^50. */
  version?: number | undefined;
  texts: FieldTexts;
  /** Not all of its text could be read, so it is to be looked at again. */
  isPartial?: boolean | undefined;
}

/** What must be known of a message to say whether the index has it as it is now. */
export interface IndexedState {
  id: string;
  /** Milliseconds since 1970. */
  receivedAt: number;
  version?: number | undefined;
}

export interface Coverage {
  /** Everything received then or later can be found; undefined while that cannot be said. `always.from`: everything. */
  since: number | undefined;
  /** All stretches of time of which everything can be found, latest first. */
  spans: readonly Span[];
  /** Messages that can be found, and of them those of which not all text could be read. */
  messages: number;
  partial: number;
}

export interface IndexOptions {
  /** What is held of pieces that were read. */
  cacheBytes?: number | undefined;
  /** Words of messages that are gathered before a segment is written of them: a message has a hundred or two. */
  bufferWords?: number | undefined;
  /** A piece has at most so many bytes; no more than fit into a record. */
  pieceBytes?: number | undefined;
  /** No merged segment has more. */
  largestDocs?: number | undefined;
  largestBytes?: number | undefined;
}

const usual: Required<Record<keyof IndexOptions, number>> = {
  cacheBytes: 24 * 1024 * 1024,
  bufferWords: 200_000,
  pieceBytes: usualPiece,
  largestDocs: 16_384,
  largestBytes: 8 * 1024 * 1024,
};

/** A segment as other devices could have it. */
export interface SegmentSummary {
  number: number;
  /** What it is called on the server; undefined while it is not there. */
  name: string | undefined;
  sizeBytes: number;
  table: DocTable;
}

/** Opens the index that lies in the store, or an empty one. What is damaged is left out and not covered any more. */
export async function openIndex(store: SegmentStore, options: IndexOptions = {}): Promise<SearchIndex> {
  const index = new SearchIndex(store, options);
  await index.load();
  return index;
}

export class SearchIndex {
  readonly #library: Library;
  readonly #options: typeof usual;
  /** What is done to the store is done one after the other. */
  #lastTurn: Promise<unknown> = Promise.resolve();
  /** Said and not written yet. */
  #covers: readonly Span[] = [];
  #cursor: string | undefined;

  constructor(store: SegmentStore, options: IndexOptions) {
    this.#options = {
      cacheBytes: options.cacheBytes ?? usual.cacheBytes,
      bufferWords: options.bufferWords ?? usual.bufferWords,
      pieceBytes: Math.min(options.pieceBytes ?? usual.pieceBytes, largestPiece),
      largestDocs: options.largestDocs ?? usual.largestDocs,
      largestBytes: options.largestBytes ?? usual.largestBytes,
    };
    this.#library = new Library(store, this.#options);
  }

  /** Called by `openIndex`. */
  async load(): Promise<void> {
    await this.#library.load();
    this.#cursor = this.#library.cursor;
  }

  /** What `follow` was given last, and what the index had then is in the store. */
  get cursor(): string | undefined {
    return this.#library.cursor;
  }

  /**
   * Takes messages in, or new versions of them; of what the index has in that version already, nothing happens. One that
   * was removed is there again, as when its server was restored from a backup: what is added next says more than that. They
   * are found at once, and in the store after the next `flush`, which comes by itself when many are gathered. When it
   * rejects, some were not taken in yet, and all can be given once more.
   */
  async add(docs: Iterable<SearchDoc>): Promise<void> {
    for (const { id, receivedAt, version = 0, texts, isPartial = false } of docs) {
      const entry: DocEntry = {
        id: numberOfEmail(id),
        receivedAt,
        version,
        state: isPartial ? "partial" : "whole",
      };
      const known = this.#library.holdings.find(entry.id);
      if (known?.state === "removed") entry.version = Math.max(version, known.version + 1);
      if (!isStorable(entry)) throw new RangeError(`${id} has a time or a version that no message has.`);
      this.#put(entry, texts);
      if (this.#isFull()) await this.flush();
    }
  }

  /** Takes messages out; they are found no more at once, and in the store after the next `flush`. */
  async remove(ids: Iterable<string>): Promise<void> {
    const { holdings } = this.#library;
    for (const id of ids) {
      const number = numberOfEmail(id);
      const known = holdings.find(number);
      if (known === undefined || known.state === "removed") continue;
      const { gathering } = holdings;
      if (!holdings.isHeldBeside(number, new Set([gathering]))) gathering.forget(number);
      else this.#put({ ...known, state: "removed" }, {});
      if (this.#isFull()) await this.flush();
    }
  }

  /** The caller says that it has added everything that was received in this stretch of time. */
  cover(span: Span): void {
    this.#covers = [...this.#covers, span];
  }

  /** The caller says up to where in its own list of changes it has added and removed. `flush` writes it with them. */
  follow(cursor: string): void {
    this.#cursor = cursor;
  }

  /** When it resolves, all that was done before is in the store. When it rejects, it can be tried again. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#flushNow());
  }

  /**
   * Makes one segment of several, if some should be. True when it has done something, so that there may be more to do.
   * For idle moments; searches go on meanwhile.
   */
  merge(): Promise<boolean> {
    return this.#inTurn(() => this.#mergeNow());
  }

  /** What the plan finds, newest first, as it is found. Ends early when the caller stops. Of damaged segments, nothing. */
  async *search(plan: SearchPlan, options: SearchOptions = {}): AsyncGenerator<SearchHit> {
    const shelves = this.#library.borrow();
    try {
      yield* findHits(shelves, plan, options);
    } finally {
      this.#library.giveBack();
    }
  }

  /** Words of the plan that nothing has, each with the word most like it that something has. */
  async suggest(plan: SearchPlan): Promise<Suggestion[]> {
    const shelves = this.#library.borrow();
    try {
      return await suggestWords(shelves, plan);
    } finally {
      this.#library.giveBack();
    }
  }

  coverage(): Coverage {
    const spans = uniteSpans([...this.#library.covered, ...this.#covers]);
    const [latest] = spans;
    const { messages, partial } = this.#library.holdings.count();
    const since = latest?.to === always.to ? latest.from : undefined;
    return { since, spans, messages, partial: partial.length };
  }

  /** Ids of the messages of which not all text could be read. */
  partialIds(): string[] {
    return this.#library.holdings.count().partial.map(emailOfNumber);
  }

  /** Of these messages those that the index has not in that version, or not wholly. */
  lacking<Row extends IndexedState>(rows: readonly Row[]): Row[] {
    return rows.filter(({ id, receivedAt, version = 0 }) => {
      const known = this.#library.holdings.find(numberOfEmail(id));
      if (known === undefined || known.state === "removed") return true;
      return isBetter({ receivedAt, version, state: "whole" }, known);
    });
  }

  /** Ids of the messages that the index has in one of these versions. */
  inVersions(versions: ReadonlySet<number>): string[] {
    return this.#library.holdings.inVersions(versions).map(emailOfNumber);
  }

  /** What is in the store, to be held against what the server has. */
  segments(): SegmentSummary[] {
    return this.#library.holdings.segments.map(({ number, name, sizeBytes, segment: { table } }) => ({
      number,
      name,
      sizeBytes,
      table,
    }));
  }

  /** The pieces of a segment; undefined when there is none of that number any more. */
  readSegment(number: number): Promise<Uint8Array[] | undefined> {
    return this.#inTurn(async () => {
      const segment = this.#library.holdings.segments.find((one) => one.number === number);
      return segment && this.#library.readPieces(segment);
    });
  }

  /** Notes what a segment is called on the server. In the store with the next `flush`. */
  nameSegment(number: number, name: string): void {
    for (const segment of this.#library.holdings.segments) if (segment.number === number) segment.name = name;
  }

  /**
   * Takes a segment in that another device has made. False when it brings nothing, or is damaged. What it covers the
   * caller knows by going through its messages once more (`lacking`, `cover`).
   */
  adopt(pieces: readonly Uint8Array[], name: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const { holdings } = this.#library;
      const segment = await unlessMalformed(() => openWhole(pieces));
      const isNew =
        segment &&
        entriesOf(segment.table).some((entry) => {
          const known = holdings.find(entry.id);
          return known === undefined || isBetter(entry, known);
        });
      if (!isNew) return false;
      await this.#change({ added: [await this.#library.write(pieces, name)] });
      return true;
    });
  }

  #put(entry: DocEntry, texts: FieldTexts): void {
    const { holdings } = this.#library;
    const known = holdings.find(entry.id);
    if (known !== undefined && !isBetter(entry, known)) return;
    holdings.gathering.put(entry, texts);
    holdings.outdate(entry.id);
  }

  #isFull(): boolean {
    const { gathering } = this.#library.holdings;
    const { bufferWords, largestDocs } = this.#options;
    return gathering.postingCount >= bufferWords || gathering.size >= largestDocs / 2;
  }

  async #flushNow(): Promise<void> {
    const { holdings } = this.#library;
    holdings.putAside();
    const written = holdings.waiting;
    const [covers, cursor] = [this.#covers, this.#cursor];
    if (written.length === 0 && covers.length === 0 && cursor === this.#library.cursor) {
      await this.#library.sweep();
      return;
    }
    const added: HeldSegment[] = [];
    for (const pieces of written.flatMap((buffer) => buffer.toSegments(this.#options.pieceBytes))) {
      added.push(await this.#library.write(pieces));
    }
    await this.#change({ added, written, covers, cursor });
    this.#covers = this.#covers.slice(covers.length);
  }

  async #mergeNow(): Promise<boolean> {
    const { holdings } = this.#library;
    const parts = holdings.segments.map((segment) => ({
      segment,
      newest: segment.newest,
      docs: segment.segment.table.size,
      outdated: holdings.outdatedIn(segment),
      bytes: segment.sizeBytes,
    }));
    const { since = always.to } = this.coverage();
    const oldest = Math.min(since, ...holdings.segments.map((segment) => segment.oldest));
    const due = dueMerge(parts, oldest, this.#options).map(({ segment }) => segment);
    if (due.length === 0) return false;
    const merged = new Set(due);
    const result = await this.#library.merge(
      due.map((segment) => ({ segment, isKept: (doc) => holdings.isNeeded(segment, doc, merged) })),
    );
    if ("damaged" in result) this.#library.lose(result.damaged);
    else await this.#change({ added: result.merged === undefined ? [] : [result.merged], dropped: due });
    return true;
  }

  #change(change: Partial<LibraryChange>): Promise<void> {
    const { cursor } = this.#library;
    return this.#library.change({ added: [], dropped: [], written: [], covers: [], cursor, ...change });
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

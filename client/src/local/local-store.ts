/**
 * What an account's mail is kept in on a device: tables of rows and of bytes, with transactions over several of them.
 * Browsers keep it in IndexedDB, Node in SQLite, tests in memory; all three do the same (store-cases.ts).
 */
import type { AnyTable, BytesTable, IndexKey, RowTable } from "./table.ts";

/**
 * A stretch of keys: of an index where `by` names one, else of the rows' own keys, each a key of one part. A bound may
 * be a beginning of keys: those that begin with it belong to `from` and `to`, and not to `after` and `before`.
 */
export interface Range<Index extends string = never> {
  by?: Index | undefined;
  /** What all keys begin with, unless a bound says more at its end. */
  prefix?: IndexKey | undefined;
  from?: IndexKey | undefined;
  after?: IndexKey | undefined;
  to?: IndexKey | undefined;
  before?: IndexKey | undefined;
  /** Greatest first. */
  reverse?: boolean | undefined;
  limit?: number | undefined;
}

/** Throws LocalStoreError, also of rows that are not what their table holds (`damaged`). */
export interface LocalReader {
  get<Row extends object>(table: RowTable<Row, string>, key: string): Promise<Row | undefined>;
  /** In the order of the keys; undefined for what is not there. */
  getMany<Row extends object>(
    table: RowTable<Row, string>,
    keys: readonly string[],
  ): Promise<(Row | undefined)[]>;
  /** Ordered by their keys in the range; a row with several keys in it comes as often. */
  list<Row extends object, Index extends string>(
    table: RowTable<Row, Index>,
    range?: Range<Index>,
  ): Promise<Row[]>;
  /** The own keys of the rows that `list` would give. */
  keys<Index extends string>(
    table: RowTable<object, Index> | BytesTable,
    range?: Range<Index>,
  ): Promise<string[]>;
  count<Index extends string>(
    table: RowTable<object, Index> | BytesTable,
    range?: Range<Index>,
  ): Promise<number>;
  getBytes(table: BytesTable, key: string): Promise<Uint8Array | undefined>;
}

export interface LocalWriter extends LocalReader {
  /** Puts rows in the place of those with the same keys. */
  put<Row extends object>(table: RowTable<Row, string>, rows: readonly Row[]): Promise<void>;
  putBytes(table: BytesTable, key: string, bytes: Uint8Array): Promise<void>;
  /** What is not there is no fault. */
  remove(table: AnyTable, keys: readonly string[]): Promise<void>;
  clear(table: AnyTable): Promise<void>;
}

export interface WriteOptions {
  /** When it resolves, a power cut loses it no more either. Without it, only the end of the program does not. */
  durable?: boolean;
}

/** What a transaction has changed: by the table's name the keys of its rows, or `all` when they are many. */
export type LocalChange = ReadonlyMap<string, ReadonlySet<string> | "all">;

export interface LocalStore extends LocalReader {
  /** Reads one state of these tables, whatever is written meanwhile. Nothing but the reader may be waited for inside. */
  read<Result>(tables: readonly AnyTable[], work: (reader: LocalReader) => Promise<Result>): Promise<Result>;
  /**
   * Changes these tables as one: all of it or, when `work` throws or the program ends, nothing. One at a time over all
   * tabs and programs that share the place. Nothing but the writer may be waited for inside: browsers end a
   * transaction that waits for something else.
   */
  write<Result>(
    tables: readonly AnyTable[],
    work: (writer: LocalWriter) => Promise<Result>,
    options?: WriteOptions,
  ): Promise<Result>;
  /** Tells of each change to one of these tables after it was made, here or in another tab. Gives what ends it. */
  subscribe(tables: readonly AnyTable[], listener: (change: LocalChange) => void): () => void;
  /** Afterwards everything throws `closed`. */
  close(): Promise<void>;
}

/** What a store consists of. One of another version is made anew: what the server has is asked for again. */
export interface LocalSchema {
  version: number;
  tables: readonly AnyTable[];
}

/** Where one account's mail is kept on this device. */
export interface LocalPlace {
  /** Throws LocalStoreError: `damaged` what `remove` makes well again, `newer` what a newer program has made. */
  open(schema: LocalSchema): Promise<LocalStore>;
  /** Forgets all that is kept there; what is open there is closed. */
  remove(): Promise<void>;
}

/**
 * `damaged` what is kept cannot be read · `full` no room is left · `busy` another program does not let go ·
 * `newer` a newer version of this program has been here · `closed` it is no longer open here ·
 * `unavailable` this device keeps nothing.
 */
export type LocalStoreFault = "damaged" | "full" | "busy" | "newer" | "closed" | "unavailable";

const sentences: Readonly<Record<LocalStoreFault, string>> = {
  damaged:
    "What is kept of your mail on this device is damaged. It can be fetched anew; what was not sent yet is lost.",
  full: "This device has no room left for mail. Make room, or keep less of it here.",
  busy: "Another program holds the mail that is kept on this device. Close it, or try again.",
  newer: "A newer version of this program has opened your mail on this device. Load it anew.",
  closed: "The mail on this device was closed here. Load the page anew, or start the program again.",
  unavailable: "This device does not let mail be kept. Leave the private window, or allow it to store data.",
};

/** What is kept on the device could not be read or written. The message says what happened and what to do. */
export class LocalStoreError extends Error {
  readonly fault: LocalStoreFault;

  constructor(fault: LocalStoreFault, cause?: unknown) {
    super(sentences[fault], { cause });
    this.name = "LocalStoreError";
    this.fault = fault;
  }
}

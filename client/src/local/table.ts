/** What a local store consists of: tables of rows that JSON can carry, with indexes, and tables of bytes. */

/** Compared part by part: numbers before texts, and a key before those that begin with it. Numbers are finite. */
export type IndexKey = readonly (number | string)[];

/** Where rows are found besides by their own key. */
interface RowIndex<Row> {
  /** The keys under which this row is found: none, one or several. No two may be the same. */
  keysOf(row: Row): readonly IndexKey[];
}

export interface RowTable<Row extends object, Index extends string = never> {
  readonly kind: "rows";
  readonly name: string;
  /** Of the account that nobody else has, so carried over when the store is made anew for another version. */
  readonly isKept: boolean;
  readonly indexes: Readonly<Record<Index, RowIndex<Row>>>;
  keyOf(row: Row): string;
  /** Whether what was read is a row of this table. */
  matches(value: unknown): value is Row;
}

export interface BytesTable {
  readonly kind: "bytes";
  readonly name: string;
  readonly isKept: boolean;
}

export type AnyTable = RowTable<object, string> | BytesTable;

/** Names of tables and indexes are letters. */
export function rowTable<Row extends object, Index extends string = never>(
  definition: Omit<RowTable<Row, Index>, "kind" | "isKept"> & { isKept?: boolean },
): RowTable<Row, Index> {
  return { kind: "rows", isKept: false, ...definition };
}

export function bytesTable(definition: { name: string; isKept?: boolean }): BytesTable {
  return { kind: "bytes", isKept: false, ...definition };
}

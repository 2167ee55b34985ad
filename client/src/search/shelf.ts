import type { Bits } from "./bits.ts";
import type { DocTable } from "./doc-table.ts";
import type { QueryTerm } from "./terms.ts";

/** Messages that are searched together: those of a segment, or those that are in no segment yet. */
export interface Shelf {
  /** Newest first. */
  readonly table: DocTable;
  /** Those that were the index's own word on their message when the search began. */
  readonly live: Bits;
  /**
   * Puts those that have the term in one of the fields into a set. False when it turns out that nothing can be read
   * here any more.
   */
  find(term: QueryTerm, fields: number, into: Bits): Promise<boolean>;
  /**
   * Calls back with each term of that beginning and in how many messages it is, in no certain order, until the callback
   * gives false. Answers as `find`.
   */
  list(prefix: string, take: (term: string, count: number) => boolean): Promise<boolean>;
}

/** Conditions of a query that only a message's own row answers: they change without its text being indexed anew. */
import type { FieldTexts } from "./fields.ts";
import { fold } from "./fold.ts";
import type { MessageSort, RowFilter } from "./plan.ts";

/** A message as the caller knows it at this moment. */
export interface SearchRow {
  sizeBytes: number;
  sort: MessageSort;
  isRead: boolean;
  isStarred: boolean;
  isSealed: boolean;
  hasAttachment: boolean;
  hasLink: boolean;
  /** What each of its mailboxes is called: its name, its path, its role. */
  mailboxes: readonly string[];
  labels: readonly string[];
  /** As they were indexed. Asked for only where a query has a phrase. */
  texts?: FieldTexts | undefined;
}

/** The rows of these messages, in this order; undefined for one that is gone. */
export type ReadRows = (
  ids: readonly string[],
  needs: { texts: boolean },
) => Promise<readonly (SearchRow | undefined)[]>;

/**
 * Whether a filter holds for messages, by the numbers in their ids, when that is known without their rows: of one that is
 * not there it does not. Undefined for a filter that only rows answer.
 */
export type FindFacts = (filter: RowFilter) => ((id: number) => boolean) | undefined;

export function matchesRow(filter: RowFilter, row: SearchRow): boolean {
  switch (filter.by) {
    case "attachment":
      return row.hasAttachment;
    case "link":
      return row.hasLink;
    case "read":
      return row.isRead;
    case "unread":
      return !row.isRead;
    case "starred":
      return row.isStarred;
    case "sealed":
      return row.isSealed;
    case "mailbox":
      return isNamed(row.mailboxes, filter.name);
    case "label":
      return isNamed(row.labels, filter.name);
    case "size": {
      const { fromBytes = 0, belowBytes = Number.POSITIVE_INFINITY } = filter;
      return row.sizeBytes >= fromBytes && row.sizeBytes < belowBytes;
    }
    case "sort":
      return row.sort === filter.sort;
  }
}

/** Names as they are typed: without regard to capitals and marks. */
export function isNamed(names: readonly string[], wanted: string): boolean {
  const folded = fold(wanted);
  return names.some((name) => fold(name) === folded);
}

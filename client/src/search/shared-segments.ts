/**
 * Which segments devices share by the server, and which of those there can go. Devices do not agree on anything: each
 * writes what the server lacks, and deletes what others there say as well.
 *
 * That is safe whatever each of them has seen: a segment goes only for the sake of segments before it in one order that
 * is the same for all, so what it said is always in one that stays.
 */
import { type DocEntry, type DocTable, entriesOf, isBetter } from "./doc-table.ts";
import { emailOfNumber } from "./email-id.ts";

export interface SharedSegment {
  name: string;
  table: DocTable;
}

/**
 * Names of the segments on the server that can be deleted: each of their messages is in another one that comes before,
 * as new or newer, or is gone from the account. `shared` are those that are whole.
 */
export function findRedundant(shared: readonly SharedSegment[], isGone: (id: string) => boolean): string[] {
  const held = new Map<number, DocEntry>();
  const redundant: string[] = [];
  for (const { name, table } of shared.toSorted(compareShared)) {
    const entries = entriesOf(table);
    if (entries.every((entry) => isGone(emailOfNumber(entry.id)) || isHeld(held, entry)))
      redundant.push(name);
    for (const entry of entries) if (!isHeld(held, entry)) held.set(entry.id, entry);
  }
  return redundant;
}

/** Of one's own segments those that the server lacks, the largest first: it may say what others do as well. */
export function findLacking<Segment extends { table: DocTable }>(
  own: readonly Segment[],
  shared: readonly SharedSegment[],
  isGone: (id: string) => boolean,
): Segment[] {
  const held = new Map<number, DocEntry>();
  const note = (table: DocTable) => {
    for (const entry of entriesOf(table)) if (!isHeld(held, entry)) held.set(entry.id, entry);
  };
  for (const { table } of shared) note(table);
  const lacking: Segment[] = [];
  for (const segment of own.toSorted((a, b) => b.table.size - a.table.size)) {
    const isNeeded = entriesOf(segment.table).some(
      (entry) => entry.state !== "removed" && !isGone(emailOfNumber(entry.id)) && !isHeld(held, entry),
    );
    if (!isNeeded) continue;
    lacking.push(segment);
    note(segment.table);
  }
  return lacking;
}

function isHeld(held: ReadonlyMap<number, DocEntry>, entry: DocEntry): boolean {
  const known = held.get(entry.id);
  return known !== undefined && !isBetter(entry, known);
}

/** The largest first; of two of one size, the one whose name is less. */
function compareShared(a: SharedSegment, b: SharedSegment): number {
  return b.table.size - a.table.size || (a.name < b.name ? -1 : 1);
}

import { clearBit, countBits, hasBit, setBit } from "./bits.ts";
import { BuildBuffer } from "./build-buffer.ts";
import { type DocEntry, docStates, entryOf, isBetter } from "./doc-table.ts";
import type { HeldSegment } from "./held-segment.ts";

const removed = docStates.indexOf("removed");

/**
 * All that an index consists of. Several parts may be about one message, as when its text was changed: then one of them
 * is the index's word on it, the one with the highest version, and only there it is live.
 */
export class Holdings {
  readonly segments: HeldSegment[] = [];
  /** What waits to be written. */
  waiting: readonly BuildBuffer[] = [];
  /** Where new messages go. */
  gathering = new BuildBuffer();

  get buffers(): readonly BuildBuffer[] {
    return [...this.waiting, this.gathering];
  }

  /** What is gathered is to be written, and something new is begun. */
  putAside(): void {
    if (this.gathering.size === 0) return;
    this.waiting = this.buffers;
    this.gathering = new BuildBuffer();
  }

  /** They are written. */
  drop(written: readonly BuildBuffer[]): void {
    this.waiting = this.waiting.filter((buffer) => !written.includes(buffer));
  }

  /** Messages that can be found, and those of them of which not all text could be read. */
  count(): { messages: number; partial: readonly number[] } {
    const partial: number[] = [];
    let messages = 0;
    for (const { live, partialDocs, segment } of this.segments) {
      messages += countBits(live);
      for (const doc of partialDocs) if (hasBit(live, doc)) partial.push(segment.table.ids[doc] ?? 0);
    }
    for (const buffer of this.buffers) {
      for (const { id, state } of buffer.entries()) {
        if (state !== "removed") messages++;
        if (state === "partial") partial.push(id);
      }
    }
    return { messages, partial };
  }

  /** The messages that can be found in one of these versions. */
  inVersions(versions: ReadonlySet<number>): number[] {
    const found: number[] = [];
    for (const { live, segment } of this.segments) {
      const { table } = segment;
      for (const [doc, version] of table.versions.entries()) {
        if (versions.has(version) && hasBit(live, doc)) found.push(table.ids[doc] ?? 0);
      }
    }
    for (const buffer of this.buffers) {
      for (const { id, version, state } of buffer.entries()) {
        if (versions.has(version) && state !== "removed") found.push(id);
      }
    }
    return found;
  }

  /** The index's word on a message. */
  find(id: number): DocEntry | undefined {
    let best: DocEntry | undefined;
    for (const buffer of this.buffers) {
      const entry = buffer.find(id);
      if (entry !== undefined && (best === undefined || isBetter(entry, best))) best = entry;
    }
    const inSegments = this.#bestSegment(id)?.entry;
    return inSegments !== undefined && (best === undefined || !isBetter(best, inSegments))
      ? inSegments
      : best;
  }

  /** Whether any part but these knows of a message. */
  isHeldBeside(id: number, parts: ReadonlySet<HeldSegment | BuildBuffer>): boolean {
    return (
      this.buffers.some((buffer) => !parts.has(buffer) && buffer.find(id) !== undefined) ||
      this.segments.some((segment) => !parts.has(segment) && segment.findDoc(id) >= 0)
    );
  }

  /** A message has come to `gathering`: nothing else is its index's word any more. */
  outdate(id: number): void {
    for (const buffer of this.waiting) buffer.forget(id);
    for (const segment of this.segments) {
      const doc = segment.findDoc(id);
      if (doc >= 0) clearBit(segment.live, doc);
    }
  }

  install(segment: HeldSegment): void {
    const { table } = segment.segment;
    const { buffers } = this;
    for (const [doc, id] of table.ids.entries()) {
      const entry = entryOf(table, doc);
      let isBest = true;
      for (const buffer of buffers) {
        const other = buffer.find(id);
        if (other === undefined) continue;
        if (isBetter(entry, other)) buffer.forget(id);
        else isBest = false;
      }
      const other = this.#bestSegment(id);
      if (other !== undefined && !isBetter(entry, other.entry)) isBest = false;
      if (!isBest) clearBit(segment.live, doc);
      else if (other !== undefined) clearBit(other.segment.live, other.doc);
    }
    this.segments.push(segment);
  }

  /** What other parts say of its messages counts again. */
  uninstall(segment: HeldSegment): void {
    const at = this.segments.indexOf(segment);
    if (at < 0) return;
    this.segments.splice(at, 1);
    for (const id of segment.segment.table.ids) {
      if (this.buffers.some((buffer) => buffer.find(id) !== undefined)) continue;
      const other = this.#bestSegment(id);
      if (other !== undefined && other.entry.state !== "removed") setBit(other.segment.live, other.doc);
    }
  }

  /** Whether a merge of these must keep it: as the index's word, or as the word that a message is gone that others have. */
  isNeeded(segment: HeldSegment, doc: number, merged: ReadonlySet<HeldSegment | BuildBuffer>): boolean {
    if (hasBit(segment.live, doc)) return true;
    const { table } = segment.segment;
    return table.states[doc] === removed && this.isHeldBeside(table.ids[doc] ?? -1, merged);
  }

  /** How many messages of it are not needed. */
  outdatedIn(segment: HeldSegment): number {
    const alone = new Set([segment]);
    let count = 0;
    for (const doc of segment.segment.table.ids.keys()) if (!this.isNeeded(segment, doc, alone)) count++;
    return count;
  }

  #bestSegment(id: number): { segment: HeldSegment; doc: number; entry: DocEntry } | undefined {
    let best: { segment: HeldSegment; doc: number; entry: DocEntry } | undefined;
    for (const segment of this.segments) {
      const doc = segment.findDoc(id);
      if (doc < 0) continue;
      const entry = entryOf(segment.segment.table, doc);
      if (best === undefined || isBetter(entry, best.entry)) best = { segment, doc, entry };
    }
    return best;
  }
}

/** Which messages a segment is about: newest first, as their numbers in it go. */
import { type ByteReader, type ByteWriter, Malformed } from "./bytes.ts";

/** A message as an index knows it. */
export interface DocEntry {
  /** The number in the Email's id. */
  id: number;
  /** Milliseconds since 1970. */
  receivedAt: number;
  /** Grows when the text becomes another. */
  version: number;
  /** `partial`: not all of its text could be read · `removed`: the message is gone. */
  state: DocState;
}

/** Ids, versions and times beyond it are in no table: their differences would be numbers that are not exact. */
export const largestNumber = 2 ** 50 - 1;

export const docStates = ["whole", "partial", "removed"] as const;
type DocState = (typeof docStates)[number];

/** Columns, by the message's number in the segment. */
export interface DocTable {
  readonly size: number;
  readonly ids: Float64Array;
  readonly times: Float64Array;
  readonly versions: Float64Array;
  /** Places in `docStates`. */
  readonly states: Uint8Array;
}

export function tableOf(entries: readonly DocEntry[]): DocTable {
  return {
    size: entries.length,
    ids: Float64Array.from(entries, ({ id }) => id),
    times: Float64Array.from(entries, ({ receivedAt }) => receivedAt),
    versions: Float64Array.from(entries, ({ version }) => version),
    states: Uint8Array.from(entries, ({ state }) => docStates.indexOf(state)),
  };
}

export function entryOf(table: DocTable, doc: number): DocEntry {
  return {
    id: table.ids[doc] ?? 0,
    receivedAt: table.times[doc] ?? 0,
    version: table.versions[doc] ?? 0,
    state: docStates[table.states[doc] ?? 0] ?? "whole",
  };
}

export function entriesOf(table: DocTable): DocEntry[] {
  return Array.from(table.ids.keys(), (doc) => entryOf(table, doc));
}

/** Newest first; of one instant, the one with the greater number. Negative when `a` comes first. */
export function compareAge(
  a: Pick<DocEntry, "id" | "receivedAt">,
  b: Pick<DocEntry, "id" | "receivedAt">,
): number {
  return b.receivedAt - a.receivedAt || b.id - a.id;
}

/** Of words on one version of a message: that it is gone says more than what it says. */
const strengths: Readonly<Record<DocState, number>> = { partial: 0, whole: 1, removed: 2 };

/**
 * Whether `a` takes the place of `b`, which has the same id. Where they were received at different times they are two
 * messages, of which a server gave the second the id of the first, as one may that has lost what it knew.
 */
export function isBetter(a: Omit<DocEntry, "id">, b: Omit<DocEntry, "id">): boolean {
  if (a.receivedAt !== b.receivedAt) return a.receivedAt > b.receivedAt;
  if (a.version !== b.version) return a.version > b.version;
  return strengths[a.state] > strengths[b.state];
}

export function writeTable(table: DocTable, writer: ByteWriter): void {
  writer.whole(table.size);
  let [lastId, lastTime] = [0, 0];
  for (let doc = 0; doc < table.size; doc++) {
    const { id, receivedAt, version } = entryOf(table, doc);
    writer.signed(id - lastId);
    writer.signed(lastTime - receivedAt);
    writer.whole(version * docStates.length + (table.states[doc] ?? 0));
    [lastId, lastTime] = [id, receivedAt];
  }
}

/** Throws Malformed. */
export function readTable(reader: ByteReader): DocTable {
  const size = reader.whole();
  // Each takes three bytes at least, so nothing large is made of a few.
  if (size > (reader.end - reader.at) / 3) throw new Malformed("it names more messages than it has room for");
  const table = {
    size,
    ids: new Float64Array(size),
    times: new Float64Array(size),
    versions: new Float64Array(size),
    states: new Uint8Array(size),
  };
  let [lastId, lastTime] = [0, 0];
  for (let doc = 0; doc < size; doc++) {
    const id = lastId + reader.signed();
    const receivedAt = lastTime - reader.signed();
    const both = reader.whole();
    const version = Math.floor(both / docStates.length);
    const isNext = doc === 0 || compareAge({ id: lastId, receivedAt: lastTime }, { id, receivedAt }) < 0;
    if (!isNext || !isStorable({ id, receivedAt, version }))
      throw new Malformed("its messages are in no order");
    table.ids[doc] = id;
    table.times[doc] = receivedAt;
    table.versions[doc] = version;
    table.states[doc] = both % docStates.length;
    [lastId, lastTime] = [id, receivedAt];
  }
  return table;
}

/** Whether a table can have it. */
export function isStorable({ id, receivedAt, version }: Omit<DocEntry, "state">): boolean {
  const isWhole = [id, receivedAt, version].every(Number.isSafeInteger);
  return isWhole && id >= 0 && version >= 0 && Math.max(id, Math.abs(receivedAt), version) <= largestNumber;
}

/** What a search finds, newest first, as it is found. */
import { type Bits, hasBit, keepCommon, nextBit } from "./bits.ts";
import { compareAge, entryOf } from "./doc-table.ts";
import { emailOfNumber, numberOfEmail } from "./email-id.ts";
import { decide, evaluate, type Found } from "./evaluate.ts";
import { needsOf, type SearchPlan } from "./plan.ts";
import type { FindFacts, ReadRows } from "./rows.ts";
import type { Shelf } from "./shelf.ts";

export interface SearchHit {
  id: string;
  /** Milliseconds since 1970. */
  receivedAt: number;
}

export interface SearchOptions {
  /** No more than so many; all when it is left out. */
  limit?: number | undefined;
  /** Only what comes after this hit: the last one of the page before. */
  before?: SearchHit | undefined;
  /** The caller's rows; needed where `needsOf` says so and `findFacts` does not answer. */
  readRows?: ReadRows | undefined;
  /** Filters that are answered without rows; none when it is left out. */
  findFacts?: FindFacts | undefined;
}

interface Candidate {
  hit: SearchHit;
  found: Found;
  doc: number;
}

const noFacts: FindFacts = () => undefined;

/** Rows that are read at once: few at first, so that there is soon something to show. */
const firstBatch = 32;
const largestBatch = 512;
/** Shelves that are looked into at once: one at first, which often has enough, and more where it has not. */
const mostAtOnce = 8;

/** Shelves are looked into from the newest on, and only as far as hits are taken. */
export async function* findHits(
  shelves: readonly Shelf[],
  plan: SearchPlan,
  { limit = Number.POSITIVE_INFINITY, before, readRows = noRows, findFacts = noFacts }: SearchOptions,
): AsyncGenerator<SearchHit> {
  let left = limit;
  if (left <= 0) return;
  const { texts } = needsOf(plan.root);
  for await (const batch of batches(candidates(shelves, plan, { before, findFacts }))) {
    const unsure = batch.filter((candidate) => !isSure(candidate));
    const ids = unsure.map(({ hit }) => hit.id);
    const rows = ids.length === 0 ? [] : await readRows(ids, { texts });
    const rowOf = new Map(ids.map((id, at) => [id, rows[at]]));
    for (const candidate of batch) {
      const { hit, found, doc } = candidate;
      const row = rowOf.get(hit.id);
      if (!isSure(candidate) && (row === undefined || !decide(found, doc, row))) continue;
      yield hit;
      if (--left <= 0) return;
    }
  }
}

const noRows: ReadRows = async () => {
  throw new TypeError("This query asks for rows, and there is nothing to read them with.");
};

function isSure({ found, doc }: Candidate): boolean {
  return hasBit(found.surely, doc);
}

/** What is sure is given at once, unless something newer waits for its row. */
async function* batches(all: AsyncIterable<Candidate>): AsyncGenerator<Candidate[]> {
  let size = firstBatch;
  let batch: Candidate[] = [];
  for await (const candidate of all) {
    batch.push(candidate);
    if (batch.length < size && !(batch.length === 1 && isSure(candidate))) continue;
    if (batch.length > 1) size = Math.min(4 * size, largestBatch);
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

interface OpenShelf {
  shelf: Shelf;
  found: Found;
  bits: Bits;
  doc: number;
}

/** What may match, newest first. */
async function* candidates(
  shelves: readonly Shelf[],
  plan: SearchPlan,
  { before, findFacts }: { before: SearchHit | undefined; findFacts: FindFacts },
): AsyncGenerator<Candidate> {
  const edge = before && { id: numberOfEmail(before.id), receivedAt: before.receivedAt };
  const closed = shelves
    .map((shelf) => ({ shelf, first: firstBehind(shelf, edge) }))
    .filter(({ shelf, first }) => first < shelf.table.size)
    .sort((a, b) => compareAge(entryOf(a.shelf.table, a.first), entryOf(b.shelf.table, b.first)));
  const open: OpenShelf[] = [];
  let width = 1;
  for (;;) {
    const newest = newestOf(open);
    const [next] = closed;
    if (next !== undefined && (newest === undefined || isNewer(next.shelf, next.first, newest))) {
      const opening = closed
        .splice(0, width)
        .map(({ shelf, first }) => openShelf(shelf, first, { plan, findFacts }));
      open.push(...(await Promise.all(opening)).flatMap((opened) => opened ?? []));
      width = Math.min(2 * width, mostAtOnce);
      continue;
    }
    if (newest === undefined) return;
    const { id, receivedAt } = entryOf(newest.shelf.table, newest.doc);
    yield { hit: { id: emailOfNumber(id), receivedAt }, found: newest.found, doc: newest.doc };
    newest.doc = nextBit(newest.bits, newest.doc + 1);
    if (newest.doc < 0) open.splice(open.indexOf(newest), 1);
  }
}

/** With what may match from `first` on; undefined when there is nothing. */
async function openShelf(
  shelf: Shelf,
  first: number,
  { plan, findFacts }: { plan: SearchPlan; findFacts: FindFacts },
): Promise<OpenShelf | undefined> {
  const found = await evaluate(plan.root, shelf, findFacts);
  if (found === undefined) return undefined;
  const bits = found.may.slice();
  keepCommon(bits, shelf.live);
  const doc = nextBit(bits, first);
  return doc < 0 ? undefined : { shelf, found, bits, doc };
}

function newestOf(open: readonly OpenShelf[]): OpenShelf | undefined {
  let newest = open[0];
  for (const one of open) if (newest !== undefined && isNewer(one.shelf, one.doc, newest)) newest = one;
  return newest;
}

function isNewer(shelf: Shelf, doc: number, than: OpenShelf): boolean {
  return compareAge(entryOf(shelf.table, doc), entryOf(than.shelf.table, than.doc)) < 0;
}

/** The first message on the shelf that comes after the edge. */
function firstBehind({ table }: Shelf, edge: { id: number; receivedAt: number } | undefined): number {
  if (edge === undefined) return 0;
  let [low, high] = [0, table.size];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAge(entryOf(table, middle), edge) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What the index of an account's mail knows of a filter, and which messages it has not come to (query-follow.ts). */
import { isKnownState, listChanges } from "../store/change-store.ts";
import { listIds, listTraits, type Traits } from "../store/query-traits.ts";
import { findIndexState, listBlocksBetween, listBlocksOf } from "../store/query-words.ts";
import { type QueryContext, spendLooks } from "./query-context.ts";
import type { Known, Test, TextField } from "./query-filter.ts";
import { IdSet } from "./query-ids.ts";
import { readEntries, readPostings } from "./query-postings.ts";
import { partBits } from "./query-segment.ts";
import type { Term } from "./query-terms.ts";

export interface MailIndex {
  /** Messages up to this id are in the words. */
  worded: number;
  /** Those that are there of what has changed since the index was written: it knows nothing of them. */
  changed: ReadonlyMap<number, Traits>;
  /** All that has changed since, also what is gone. */
  isChanged(id: number): boolean;
}

/** With more changes than that it is of no use until it has followed them. */
const mostChanges = 1_000;

/** Undefined when there is no index, or one that lies too far behind. */
export async function findIndex(ctx: QueryContext): Promise<MailIndex | undefined> {
  const { db, accountId } = ctx;
  const state = await findIndexState(db, accountId);
  if (state === undefined) return undefined;
  const changes = await listChanges(db, accountId, "Email", state.followed, mostChanges + 1);
  const isKnown = state.followed === 0 || (await isKnownState(db, accountId, state.followed));
  if (!isKnown || changes.length > mostChanges) return undefined;
  const ids = new Set(changes.map(({ objectId }) => objectId));
  spendLooks(ctx, ids.size);
  const traits = await listTraits(db, accountId, [...ids]);
  return {
    worded: state.worded,
    changed: new Map(traits.map((one) => [one.id, one])),
    isChanged: (id) => ids.has(id),
  };
}

/** What the words say of texts that are looked for. */
export interface WordHits {
  /** Undefined for what takes reading the message, or is not about texts. */
  known(test: Test, id: number): Known;
  /** The messages that may meet a test, or undefined when they are more than `most`. */
  list(test: Test, most: number): Promise<number[] | undefined>;
}

const partsOf: Readonly<Record<TextField, number>> = {
  from: partBits.from,
  to: partBits.to,
  cc: partBits.cc,
  bcc: partBits.bcc,
  subject: partBits.subject,
  body: partBits.body,
  text: 0xff,
};

interface Hits {
  ids: IdSet;
  /** Whether every message that has the words meets the test: they need not follow each other. */
  isSure: boolean;
}

/** Looks up the words of these tests. */
export async function findHits(
  ctx: QueryContext,
  index: MailIndex,
  tests: readonly Test[],
): Promise<WordHits> {
  const hits = new Map<Test, Hits>();
  for (const test of tests) {
    if (test.by !== "text" || test.terms.length === 0 || index.worded === 0) continue;
    hits.set(test, await lookUp(ctx, test.terms, partsOf[test.field]));
  }
  return {
    known(test, id) {
      const found = hits.get(test);
      if (found === undefined || id > index.worded || index.isChanged(id)) return undefined;
      if (!found.ids.has(id)) return false;
      return found.isSure ? true : undefined;
    },
    async list(test, most) {
      const ids = hits.get(test)?.ids.list(most);
      if (ids === undefined) return undefined;
      const range = { after: index.worded, until: ctx.newestId, limit: most + 1 };
      const later = await listIds(ctx.db, ctx.accountId, range);
      const all = new Set([...ids, ...index.changed.keys(), ...later]);
      return later.length > most ? undefined : [...all];
    },
  };
}

/** The messages that have all words of these terms, each term in any of these parts. */
async function lookUp(ctx: QueryContext, terms: readonly Term[], parts: number): Promise<Hits> {
  let ids: IdSet | undefined;
  for (const { words, isOpen } of terms) {
    for (const [index, word] of words.entries()) {
      const found = await findWord(ctx, word, isOpen && index === words.length - 1, parts);
      if (ids === undefined) ids = found;
      else ids.keep(found);
    }
  }
  return { ids: ids ?? new IdSet(), isSure: terms.every(({ words }) => words.length === 1) };
}

const segmentsInSlice = 64;

async function findWord(ctx: QueryContext, word: string, isBegun: boolean, parts: number): Promise<IdSet> {
  const { db, accountId } = ctx;
  const ids = new IdSet();
  const wanted = new TextEncoder().encode(word);
  const add = (entries: Uint8Array, lastId: number) =>
    addEntries(ids, entries, { wanted, isBegun, parts, lastId });
  for (let after = 0; ; ) {
    const blocks = await listBlocksOf(db, accountId, wanted, after, segmentsInSlice);
    const until = blocks.at(-1)?.lastId;
    if (until === undefined) return ids;
    for (const { entries, lastId } of blocks) if (entries !== undefined) add(entries, lastId);
    const words = { after: wanted, before: behind(wanted) };
    const further = isBegun ? await listBlocksBetween(db, accountId, { after, until }, words) : [];
    for (const { entries, lastId } of further) add(entries, lastId);
    spendLooks(ctx, blocks.length + further.length);
    await ctx.turn();
    after = until;
  }
}

function addEntries(
  ids: IdSet,
  entries: Uint8Array,
  { wanted, isBegun, parts, lastId }: { wanted: Uint8Array; isBegun: boolean; parts: number; lastId: number },
): void {
  for (const { word, postings } of readEntries(entries)) {
    const order = Buffer.compare(word.subarray(0, wanted.length), wanted);
    if (order > 0) return;
    if (order < 0 || (!isBegun && word.length !== wanted.length)) continue;
    readPostings(postings, lastId, (id, at) => {
      if ((at & parts) !== 0) ids.add(id);
    });
  }
}

/** What comes after all words that begin with this one. No byte of UTF-8 is the last there is. */
function behind(word: Uint8Array): Uint8Array {
  const end = word.slice();
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1;
  return end;
}

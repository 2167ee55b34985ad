/** What a query finds, as a place whose list grows while it is being found. */
import {
  type MailHit,
  namesPlace,
  parseQuery,
  readNames,
  type SearchCoverage,
  searchCoverage,
  searchMail,
  suggestWords,
} from "@posthorn/client";
import type { Desk } from "./desk.ts";
import { type Fault, faultOf } from "./fault.ts";
import { findFolder } from "./find-folder.ts";
import { peopleOf } from "./persons.ts";
import type { OrderedThread, ThreadOrder } from "./thread-order.ts";

/** How a search stands. */
export interface SearchState {
  isSearching: boolean;
  /** Conversations, so far. */
  found: number;
  /** There is more than is shown. */
  isCut: boolean;
  /** Messages that were found where one does not look, unless the query says where to. */
  elsewhere: Elsewhere;
  /** Words that nothing has, with the words that were perhaps meant. */
  suggestions: { word: string; instead: string }[];
  /** How much was searched. */
  coverage: SearchCoverage;
  /** Why it came to no end. */
  fault: Fault | null;
  /** What in the query is not understood, and is searched for as words; `known` is what one could write instead. */
  problems: { kind: "unknownOperator" | "badValue"; operator: string; value: string; known: string[] }[];
}

interface Elsewhere {
  trash: number;
  junk: number;
}

interface Search {
  query: string;
  threads: OrderedThread[];
  hits: Map<string, MailHit>;
  isSearching: boolean;
  /** Counts up with each time that something is searched for. */
  number: number;
  /** Mail has changed since it was searched for. */
  isStale: boolean;
  isCut: boolean;
  elsewhere: Elsewhere;
  fault: Fault | null;
  suggestions: SearchState["suggestions"];
  /** Messages that could be found when it was begun. */
  couldFind: number;
  stop: AbortController | undefined;
}

const mostHits = 1_000;
/** Of queries that one comes back to. */
const mostKept = 4;
const tellEveryMs = 60;

const searches = new WeakMap<Desk, Map<string, Search>>();

/** Topics to tell when more was found. */
export type OnFound = () => void;

/** The conversations in which something was found, newest first; it is searched for from now on. */
export function searchOrder(desk: Desk, query: string, onFound: OnFound): ThreadOrder {
  const { threads } = following(desk, query, onFound);
  return {
    threads,
    indexOf: (threadId) => threads.findIndex((thread) => thread.threadId === threadId),
    countSince: (atMs) => threads.filter((thread) => thread.atMs >= atMs).length,
  };
}

export async function searchState(desk: Desk, query: string, onFound: OnFound): Promise<SearchState> {
  const coverage = await searchCoverage(desk.mail);
  const known = searches.get(desk)?.get(query);
  // More is indexed now, so more may be found.
  if (known !== undefined && known.couldFind !== coverage.messages) known.isStale = true;
  const search = following(desk, query, onFound);
  search.couldFind = coverage.messages;
  const { threads, isCut, elsewhere, suggestions, fault } = search;
  const isSearching = isToFindMore(search);
  const problems = problemsOf(query);
  return { isSearching, found: threads.length, isCut, elsewhere, suggestions, coverage, fault, problems };
}

/** What has no value yet is still being written. */
function problemsOf(query: string): SearchState["problems"] {
  return parseQuery(query, { now: Date.now() }).problems.flatMap(({ problem, operator, value, known }) =>
    problem === "missingValue" ? [] : [{ kind: problem, operator, value, known: [...known] }],
  );
}

/** Searches once more, after it came to no end. */
export function searchAgain(desk: Desk, { query }: { query: string }): void {
  const search = searches.get(desk)?.get(query);
  if (search === undefined) return;
  search.isStale = true;
  desk.onFound();
}

/** False while it may find more. */
export function isFoundWhole(desk: Desk, query: string): boolean {
  const search = searches.get(desk)?.get(query);
  return query.trim() === "" || (search !== undefined && !isToFindMore(search));
}

/** It is searched for, or will be once what was asked for after it is found. */
function isToFindMore({ query, isSearching, isStale }: Search): boolean {
  return isSearching || (isStale && query.trim() !== "");
}

/** Where the query was found in a message; undefined for one that was not found. */
export function hitOf(desk: Desk, query: string, id: string): MailHit | undefined {
  return searches.get(desk)?.get(query)?.hits.get(id);
}

function following(desk: Desk, query: string, onFound: OnFound): Search {
  const all = searches.get(desk) ?? begin(desk);
  const known = all.get(query);
  const search: Search = known ?? {
    query,
    threads: [],
    hits: new Map(),
    isSearching: false,
    number: 0,
    isStale: true,
    isCut: false,
    elsewhere: { trash: 0, junk: 0 },
    fault: null,
    suggestions: [],
    couldFind: 0,
    stop: undefined,
  };
  all.delete(query);
  all.set(query, search);
  for (const old of [...all.values()].slice(0, -mostKept)) {
    old.stop?.abort();
    all.delete(old.query);
  }
  const others = [...all.values()].filter((other) => other !== search && other.isSearching);
  // What is on the page meanwhile is read again too, and does not take the place of what was asked for after it.
  const isOvertaken = others.some(({ number }) => number > search.number) && known !== undefined;
  if (isOvertaken || query.trim() === "") return search;
  const isToRun = search.isStale && !search.isSearching;
  if (isToRun) search.number = ++lastNumber;
  // What nobody looks at any more is not gone on with.
  for (const other of others) {
    if (other.number > search.number) continue;
    other.stop?.abort();
    other.isStale = true;
  }
  if (isToRun) void run(desk, search, onFound);
  return search;
}

let lastNumber = 0;

function begin(desk: Desk): Map<string, Search> {
  const made = new Map<string, Search>();
  searches.set(desk, made);
  desk.map.onChange(() => {
    for (const search of made.values()) search.isStale = true;
  });
  return made;
}

async function run(desk: Desk, search: Search, onFound: OnFound): Promise<void> {
  const { query } = search;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, desk.signal]);
  const isFirst = search.threads.length === 0;
  Object.assign(search, { isSearching: true, isStale: false, fault: null, stop });
  // What was found before is shown until all is found anew.
  const found: Pick<Search, "threads" | "hits"> = isFirst ? search : { threads: [], hits: new Map() };
  const threads = new Set<string>();
  const elsewhere: Elsewhere = { trash: 0, junk: 0 };
  let told = 0;
  try {
    const whereOf = await findElsewhere(desk, query);
    for await (const hit of searchMail(desk.mail, query, { limit: mostHits, signal })) {
      const where = whereOf(hit);
      if (where !== undefined) {
        elsewhere[where]++;
        continue;
      }
      found.hits.set(hit.id, hit);
      const { threadId } = hit.row;
      if (threads.has(threadId)) continue;
      threads.add(threadId);
      found.threads.push({ threadId, atMs: Date.parse(hit.row.receivedAt) || 0, newestId: hit.id });
      const now = performance.now();
      if (!isFirst || now - told < tellEveryMs) continue;
      told = now;
      onFound();
    }
    if (signal.aborted) return;
    search.threads = found.threads;
    search.hits = found.hits;
    search.elsewhere = elsewhere;
    search.isCut = found.hits.size >= mostHits;
    search.suggestions = found.threads.length === 0 ? await suggestWords(desk.mail, query) : [];
  } catch (error) {
    if (!signal.aborted) search.fault = faultOf(error);
  } finally {
    search.isSearching = false;
    onFound();
  }
}

/** Of a hit whether it was thrown away or is spam; of none where the query says itself where to look. */
async function findElsewhere(
  desk: Desk,
  query: string,
): Promise<(hit: MailHit) => keyof Elsewhere | undefined> {
  if (namesPlace(parseQuery(query, { now: Date.now() }).root)) return () => undefined;
  const [trash, junk] = [await findFolder(desk, "trash"), await findFolder(desk, "junk")];
  return ({ row: { mailboxIds } }) => {
    if (trash !== undefined && mailboxIds[trash.id] === true) return "trash";
    return junk !== undefined && mailboxIds[junk.id] === true ? "junk" : undefined;
  };
}

/** A few conversations by their words, for who looks for one by its name. */
export async function findThreads(
  desk: Desk,
  { text, limit }: { text: string; limit: number },
): Promise<{ threadId: string; subject: string; who: string }[]> {
  const { mail, signal } = desk;
  const names = await readNames(mail);
  const found = new Map<string, { threadId: string; subject: string; who: string }>();
  const whereOf = await findElsewhere(desk, text);
  for await (const hit of searchMail(mail, text, { limit: limit * 4, signal })) {
    if (whereOf(hit) !== undefined) continue;
    const { row, subject } = hit;
    const [from] = peopleOf(row, row.from, names);
    const { threadId } = row;
    if (!found.has(threadId))
      found.set(threadId, { threadId, subject: subject.text, who: from?.name ?? from?.address ?? "" });
    if (found.size >= limit) break;
  }
  return [...found.values()];
}

/** For tests: messages, a search that looks through all of them, and stores that fail. */
import { compareAge } from "./doc-table.ts";
import { numberOfEmail } from "./email-id.ts";
import { type FieldTexts, fields, includesField } from "./fields.ts";
import type { TextSource } from "./fill-index.ts";
import type { SearchHit } from "./hits.ts";
import { hasPhrase } from "./phrases.ts";
import type { PlanNode, SearchPlan } from "./plan.ts";
import { parseQuery } from "./query.ts";
import { type FindFacts, matchesRow, type ReadRows, type SearchRow } from "./rows.ts";
import type { SearchDoc, SearchIndex } from "./search-index.ts";
import type { SegmentStore } from "./segment-store.ts";
import { forEachTerm, type QueryTerm } from "./terms.ts";

const testTime = { now: Date.UTC(2026, 10, 24, 10, 30), zone: "UTC" };

const plainRow: SearchRow = {
  sizeBytes: 1000,
  sort: "mail",
  isRead: true,
  isStarred: false,
  isSealed: true,
  hasAttachment: false,
  hasLink: false,
  mailboxes: [],
  labels: [],
};

/** What the mailbox of a test knows of a message. */
export interface TestMessage extends SearchDoc {
  row?: Partial<SearchRow> | undefined;
}

export function planOf(query: string): SearchPlan {
  return parseQuery(query, testTime);
}

function rowOf({ row, texts }: TestMessage): SearchRow {
  return { ...plainRow, ...row, texts };
}

export function readRowsOf(messages: Iterable<TestMessage>): ReadRows {
  const known = new Map([...messages].map((message) => [message.id, message]));
  return async (ids) =>
    ids.map((id) => {
      const message = known.get(id);
      return message && rowOf(message);
    });
}

/** Filters answered without rows, but for those of mailboxes. */
function factsOf(messages: Iterable<TestMessage>): FindFacts {
  const known = new Map([...messages].map((message) => [numberOfEmail(message.id), rowOf(message)]));
  return (filter) => {
    if (filter.by === "mailbox") return undefined;
    return (id) => {
      const row = known.get(id);
      return row !== undefined && matchesRow(filter, row);
    };
  };
}

/** Ids of what the query finds in an index; the same, whether its filters are answered by rows or without. */
export async function idsOf(
  index: SearchIndex,
  query: string,
  messages: Iterable<TestMessage> = [],
): Promise<string[]> {
  const all = [...messages];
  const readRows = readRowsOf(all);
  const [ids, again]: [string[], string[]] = [[], []];
  for await (const { id } of index.search(planOf(query), { readRows })) ids.push(id);
  const findFacts = factsOf(all);
  for await (const { id } of index.search(planOf(query), { readRows, findFacts })) again.push(id);
  if (ids.join() !== again.join())
    throw new Error(`“${query}” finds ${ids.join()} by rows, and ${again.join()} without.`);
  return ids;
}

/** Ids of what the query finds when every message is looked through. */
export function scan(messages: Iterable<TestMessage>, query: string): string[] {
  const { root } = planOf(query);
  return newestFirst(messages)
    .filter((message) => matches(root, message))
    .map(({ id }) => id);
}

function matches(node: PlanNode, message: TestMessage): boolean {
  switch (node.kind) {
    case "all":
      return true;
    case "word":
      return node.terms.every((term) => hasTerm(message.texts, term, node.fields));
    case "phrase":
      return hasPhrase(node, message.texts);
    case "received":
      return (
        message.receivedAt >= (node.from ?? Number.NEGATIVE_INFINITY) &&
        message.receivedAt < (node.before ?? Number.POSITIVE_INFINITY)
      );
    case "row":
      return matchesRow(node.filter, rowOf(message));
    case "not":
      return !matches(node.part, message);
    case "and":
      return node.parts.every((part) => matches(part, message));
    case "or":
      return node.parts.some((part) => matches(part, message));
  }
}

function hasTerm(texts: FieldTexts, { term, isPrefix }: QueryTerm, wanted: number): boolean {
  return fields.some((field) => {
    let isThere = false;
    if (includesField(wanted, field)) {
      forEachTerm(texts[field] ?? "", (found) => {
        isThere ||= isPrefix ? found.startsWith(term) : found === term;
      });
    }
    return isThere;
  });
}

function newestFirst<Row extends SearchHit>(rows: Iterable<Row>): Row[] {
  const placeOf = ({ id, receivedAt }: SearchHit) => ({ id: numberOfEmail(id), receivedAt });
  return [...rows].sort((a, b) => compareAge(placeOf(a), placeOf(b)));
}

/** The messages of a test as an index is filled with them. */
export function sourceOf(messages: () => Iterable<SearchDoc>): TextSource {
  return {
    async list({ from, to }, after, limit) {
      const rows = newestFirst(messages()).filter(({ receivedAt }) => receivedAt >= from && receivedAt < to);
      const start = after === undefined ? 0 : rows.findIndex(({ id }) => id === after.id) + 1;
      return rows.slice(start, start + limit);
    },
    async read(rows) {
      const wanted = new Set(rows.map(({ id }) => id));
      return [...messages()].filter(({ id }) => wanted.has(id));
    },
  };
}

export class CutOff extends Error {}

/** A store that does so many writes and deletions, and nothing after: the program has ended. */
export function cutStore(store: SegmentStore, effects: number): SegmentStore & { left: number } {
  const spend = () => {
    if (cut.left <= 0) throw new CutOff("the program ended");
    cut.left--;
  };
  const cut = {
    left: effects,
    read: (name: string) => store.read(name),
    list: () => store.list(),
    async write(name: string, bytes: Uint8Array) {
      spend();
      await store.write(name, bytes);
    },
    async delete(name: string) {
      spend();
      await store.delete(name);
    },
  };
  return cut;
}

/**
 * What lists and filters of searches ask of messages, of many in one row: so that those of a whole account are read in a
 * moment, where their own rows would take seconds. Written in the transaction that changes the messages (facts-store.ts).
 */
import type { LocalStore, LocalWriter } from "../local/local-store.ts";
import { rowTable } from "../local/table.ts";
import { emailOfNumber, findEmailNumber } from "../search/email-id.ts";
import { type MessageSort, messageSorts } from "../search/plan.ts";
import type { EmailRow } from "../sync/email.ts";
import { type EmailEntry, type EmailSnooze, entryOf, sortOf } from "./email-entry.ts";

/**
 * Messages whose ids follow each other: columns, with room for each id of `factsPerRow` that may be there. They are texts
 * because a browser copies those out of its store many times as fast as numbers.
 */
export interface EmailFacts {
  key: string;
  /** `markDigits` for each: `nobody`, or `factBits` and above them the place in `messageSorts`. */
  marks: string;
  /** Bytes: `sizeDigits` for each. */
  sizes: string;
  /** When it was received, in milliseconds since 1970: `timeDigits` for each. */
  times: string;
  /** `placeDigits` for each: the place in `sets` of the mailboxes that it lies in. */
  lies: string;
  sets: readonly (readonly string[])[];
  /** The threads of those that are there, in order, a space between each two. */
  threads: string;
  /** Of those that change or take back another message the place, and which one. */
  amends: readonly (readonly [at: number, wireId: string])[];
  /** Of those that are or were out of sight the place, and until when. */
  snoozes: readonly (readonly [at: number, snooze: EmailSnooze])[];
}

const nobody = "-";
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~_";
const markDigits = 2;
const sizeDigits = 5;
const timeDigits = 8;
const placeDigits = 2;
/** By their character codes. */
const digitValues = new Uint8Array(128);
for (const [value, digit] of [...digits].entries()) digitValues[digit.charCodeAt(0)] = value;

export const factBits = {
  isSeen: 1,
  isFlagged: 2,
  hasAttachment: 4,
  isDraft: 8,
  isAnswered: 16,
  isMail: 32,
  isMuted: 64,
} as const;
const factNames = [
  "isSeen",
  "isFlagged",
  "hasAttachment",
  "isDraft",
  "isAnswered",
  "isMail",
  "isMuted",
] as const;
export const sortShift = factNames.length;

/** Ids of one row differ by less. */
export const factsPerRow = 256;

export const emailFacts = rowTable({
  name: "emailFacts",
  keyOf: ({ key }: EmailFacts) => key,
  matches: (value): value is EmailFacts =>
    typeof value === "object" && value !== null && "marks" in value && "threads" in value,
  indexes: {},
});

interface Fact {
  entry: EmailEntry;
  size: number;
  sort: MessageSort;
}

function keyOfFacts(number: number): string {
  return String(Math.floor(number / factsPerRow));
}

const rowsAtOnce = 48;

/**
 * All messages that are kept, in no order and a part at a time, so that whoever reads them can do something else in
 * between. A part is as it is when it is read. Throws LocalStoreError.
 */
export async function* readEntries(store: Pick<LocalStore, "list">): AsyncGenerator<EmailEntry[]> {
  for (let after: string | undefined; ; ) {
    const range = after === undefined ? {} : { after: [after] };
    const rows = await store.list(emailFacts, { ...range, limit: rowsAtOnce });
    yield rows.flatMap(entriesIn);
    after = rows.at(-1)?.key;
    if (after === undefined || rows.length < rowsAtOnce) return;
  }
}

/** Writes what has become of these messages; undefined for those that are gone. */
export async function writeFacts(
  writer: LocalWriter,
  changed: ReadonlyMap<string, EmailRow | undefined>,
): Promise<void> {
  const byKey = new Map<string, [number, EmailRow | undefined][]>();
  for (const [id, row] of changed) {
    const number = findEmailNumber(id);
    if (number === undefined) continue;
    const key = keyOfFacts(number);
    const others = byKey.get(key);
    if (others === undefined) byKey.set(key, [[number, row]]);
    else others.push([number, row]);
  }
  const keys = [...byKey.keys()];
  const known = await writer.getMany(emailFacts, keys);
  const rows = keys.flatMap((key, at) => changedFacts(key, known[at], byKey.get(key) ?? []) ?? []);
  const empty = rows.filter(({ threads }) => threads === "");
  await writer.put(
    emailFacts,
    rows.filter((row) => !empty.includes(row)),
  );
  await writer.remove(
    emailFacts,
    empty.map(({ key }) => key),
  );
}

/** Undefined when nothing of it is another. */
function changedFacts(
  key: string,
  before: EmailFacts | undefined,
  changed: readonly (readonly [number, EmailRow | undefined])[],
): EmailFacts | undefined {
  const begun = before ?? nobodyIn(key);
  const first = Number(key) * factsPerRow;
  const now = changed.reduce((row, [number, email]) => {
    const fact = email && { entry: entryOf(email), size: email.size, sort: sortOf(email) };
    return withFact(row, number - first, fact);
  }, begun);
  return now === begun ? undefined : now;
}

function nobodyIn(key: string): EmailFacts {
  return {
    key,
    marks: nobody.repeat(markDigits * factsPerRow),
    sizes: textOf(0, sizeDigits).repeat(factsPerRow),
    times: textOf(0, timeDigits).repeat(factsPerRow),
    lies: textOf(0, placeDigits).repeat(factsPerRow),
    sets: [],
    threads: "",
    amends: [],
    snoozes: [],
  };
}

/** With this at a place, or with nobody there; the row itself when nothing of it is another. */
function withFact(before: EmailFacts, at: number, fact: Fact | undefined): EmailFacts {
  if (fact === undefined && !factsAt.isThere(before, at)) return before;
  const row = before.sets.length < mostSets ? before : withoutIdleSets(before);
  const name = fact?.entry.mailboxIds.join(" ");
  const known = row.sets.findIndex((ids) => ids.join(" ") === name);
  const set = fact === undefined ? 0 : known < 0 ? row.sets.length : known;
  const now: EmailFacts = {
    key: row.key,
    marks: put(
      row.marks,
      at,
      fact === undefined ? nobody.repeat(markDigits) : textOf(marksOf(fact), markDigits),
    ),
    sizes: put(row.sizes, at, textOf(fact?.size ?? 0, sizeDigits)),
    times: put(row.times, at, textOf(fact?.entry.atMs ?? 0, timeDigits)),
    lies: put(row.lies, at, textOf(set, placeDigits)),
    sets: fact === undefined || known >= 0 ? row.sets : [...row.sets, fact.entry.mailboxIds],
    threads: threadsWith(row, at, fact?.entry.threadId),
    amends: columnWith(row.amends, at, fact?.entry.amends ?? null),
    snoozes: columnWith(row.snoozes, at, fact?.entry.snooze ?? null),
  };
  return isSame(before, now) ? before : now;
}

function put(column: string, at: number, value: string): string {
  const from = at * value.length;
  return column.slice(0, from) + value + column.slice(from + value.length);
}

/** More of them are not all of messages that are there. */
const mostSets = 2 * factsPerRow;

function withoutIdleSets(row: EmailFacts): EmailFacts {
  const sets: (readonly string[])[] = [];
  const places = new Map<readonly string[], number>();
  let lies = "";
  for (let at = 0; at < factsPerRow; at++) {
    const set = factsAt.mailboxIds(row, at);
    if (factsAt.isThere(row, at) && !places.has(set)) {
      places.set(set, sets.length);
      sets.push(set);
    }
    lies += textOf(places.get(set) ?? 0, placeDigits);
  }
  return { ...row, lies, sets };
}

function threadsWith(row: EmailFacts, at: number, threadId: string | undefined): string {
  let rank = 0;
  for (let before = 0; before < at; before++) if (factsAt.isThere(row, before)) rank++;
  const threads = row.threads === "" ? [] : row.threads.split(" ");
  const isThere = factsAt.isThere(row, at);
  if (isThere && threads[rank] === threadId) return row.threads;
  threads.splice(rank, isThere ? 1 : 0, ...(threadId === undefined ? [] : [threadId]));
  return threads.join(" ");
}

/** What few have: the column itself when nothing of it is another. */
function columnWith<Value extends string | EmailSnooze>(
  column: readonly (readonly [at: number, value: Value])[],
  at: number,
  value: Value | null,
): readonly (readonly [at: number, value: Value])[] {
  const known = column.find(([place]) => place === at);
  if (isSameValue(known?.[1] ?? null, value)) return column;
  const others = column.filter((one) => one !== known);
  return value === null ? others : [...others, [at, value]];
}

function isSameValue(a: string | EmailSnooze | null, b: string | EmailSnooze | null): boolean {
  if (a === null || b === null || typeof a === "string" || typeof b === "string") return a === b;
  return a.untilMs === b.untilMs && a.isOver === b.isOver;
}

function isSame(a: EmailFacts, b: EmailFacts): boolean {
  const columns = ["marks", "sizes", "times", "lies", "threads", "amends", "snoozes"] as const;
  return columns.every((column) => a[column] === b[column]);
}

function marksOf({ entry, sort }: Fact): number {
  const bits = factNames.reduce((all, name) => (entry[name] ? all | factBits[name] : all), 0);
  return bits | (messageSorts.indexOf(sort) << sortShift);
}

function entriesIn(row: EmailFacts): EmailEntry[] {
  const entries: EmailEntry[] = [];
  const first = Number(row.key) * factsPerRow;
  const threads = row.threads.split(" ");
  const amends = new Map(row.amends);
  const snoozes = new Map(row.snoozes);
  for (let at = 0; at < factsPerRow; at++) {
    if (!factsAt.isThere(row, at)) continue;
    const marks = factsAt.marks(row, at);
    entries.push({
      id: emailOfNumber(first + at),
      threadId: threads[entries.length] ?? "",
      atMs: numberAt(row.times, at, timeDigits),
      mailboxIds: factsAt.mailboxIds(row, at),
      isSeen: (marks & factBits.isSeen) !== 0,
      isFlagged: (marks & factBits.isFlagged) !== 0,
      isDraft: (marks & factBits.isDraft) !== 0,
      isAnswered: (marks & factBits.isAnswered) !== 0,
      hasAttachment: (marks & factBits.hasAttachment) !== 0,
      isMail: (marks & factBits.isMail) !== 0,
      isMuted: (marks & factBits.isMuted) !== 0,
      amends: amends.get(at) ?? null,
      snooze: snoozes.get(at) ?? null,
    });
  }
  return entries;
}

/** The `at`th number of a column. */
function numberAt(column: string, at: number, length: number): number {
  let number = 0;
  for (let place = at * length; place < (at + 1) * length; place++) {
    number = number * digits.length + (digitValues[column.charCodeAt(place)] ?? 0);
  }
  return number;
}

function textOf(number: number, length: number): string {
  let [text, left] = ["", Math.max(0, Math.min(number, digits.length ** length - 1))];
  for (let place = 0; place < length; place++) {
    text = (digits[left % digits.length] ?? "") + text;
    left = Math.floor(left / digits.length);
  }
  return text;
}

/** Of a row the message at a place: whether there is one, and what is so of it. */
export const factsAt = {
  isThere: ({ marks }: EmailFacts, at: number) => marks[at * markDigits] !== nobody,
  marks: ({ marks }: EmailFacts, at: number) => numberAt(marks, at, markDigits),
  size: ({ sizes }: EmailFacts, at: number) => numberAt(sizes, at, sizeDigits),
  mailboxIds: ({ lies, sets }: EmailFacts, at: number) => sets[numberAt(lies, at, placeDigits)] ?? [],
};

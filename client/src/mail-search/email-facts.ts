/**
 * What filters of searches ask of messages, of many in one row: so that those of a whole account are read in a moment,
 * where their own rows would take seconds. Written in the transaction that changes the messages (facts-store.ts).
 */
import { isMessageType } from "@posthorn/protocol";
import type { LocalWriter } from "../local/local-store.ts";
import { rowTable } from "../local/table.ts";
import { findEmailNumber } from "../search/email-id.ts";
import { type MessageSort, messageSorts } from "../search/plan.ts";
import type { EmailRow } from "../sync/email.ts";

/**
 * Messages whose ids follow each other: columns, with room for each id of `factsPerRow` that may be there. They are texts
 * because a browser copies those out of its store many times as fast as numbers.
 */
export interface EmailFacts {
  key: string;
  /** One character for each: `nobody`, or `factBits` and above them the place in `messageSorts`. */
  marks: string;
  /** Bytes: `sizeDigits` for each. */
  sizes: string;
  /** `placeDigits` for each: the place in `sets` of the mailboxes that it lies in. */
  lies: string;
  sets: readonly (readonly string[])[];
}

const nobody = "-";
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~_";
const sizeDigits = 5;
const placeDigits = 2;
/** By their character codes. */
const digitValues = new Uint8Array(128);
for (const [value, digit] of [...digits].entries()) digitValues[digit.charCodeAt(0)] = value;

export const factBits = { read: 1, starred: 2, attachment: 4 } as const;
export const sortShift = 3;

/** Ids of one row differ by less. */
export const factsPerRow = 256;

export const emailFacts = rowTable({
  name: "emailFacts",
  keyOf: ({ key }: EmailFacts) => key,
  matches: (value): value is EmailFacts =>
    typeof value === "object" && value !== null && "marks" in value && "sets" in value,
  indexes: {},
});

interface Fact {
  marks: number;
  size: number;
  mailboxIds: readonly string[];
}

export function sortOf({ wire }: Pick<EmailRow, "wire">): MessageSort {
  if (wire === null || !isMessageType(wire.type)) return "mail";
  if (wire.type === "chat_message") return "chat";
  if (wire.type === "file_transfer") return "file";
  return wire.type.startsWith("calendar_") ? "event" : "mail";
}

function keyOfFacts(number: number): string {
  return String(Math.floor(number / factsPerRow));
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
  const empty = rows.filter(({ sets }) => sets.length === 0);
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
  const facts = factsIn(before, key);
  let isChanged = false;
  for (const [number, row] of changed) {
    const known = facts.get(number);
    if (row === undefined) {
      isChanged = facts.delete(number) || isChanged;
      continue;
    }
    const fact = factOf(row);
    if (known !== undefined && isSame(known, fact)) continue;
    facts.set(number, fact);
    isChanged = true;
  }
  return isChanged ? rowOf(key, facts) : undefined;
}

function factsIn(row: EmailFacts | undefined, key: string): Map<number, Fact> {
  const facts = new Map<number, Fact>();
  if (row === undefined) return facts;
  const first = Number(key) * factsPerRow;
  for (let at = 0; at < factsPerRow; at++) {
    if (row.marks[at] === nobody) continue;
    const mailboxIds = row.sets[numberAt(row.lies, at, placeDigits)] ?? [];
    const [marks, size] = [numberAt(row.marks, at, 1), numberAt(row.sizes, at, sizeDigits)];
    facts.set(first + at, { marks, size, mailboxIds });
  }
  return facts;
}

function factOf(row: EmailRow): Fact {
  const { keywords, hasAttachment, size, mailboxIds } = row;
  const marks =
    (keywords.$seen === true ? factBits.read : 0) |
    (keywords.$flagged === true ? factBits.starred : 0) |
    (hasAttachment ? factBits.attachment : 0) |
    (messageSorts.indexOf(sortOf(row)) << sortShift);
  return { marks, size, mailboxIds: Object.keys(mailboxIds).sort() };
}

function isSame(a: Fact, b: Fact): boolean {
  return a.marks === b.marks && a.size === b.size && a.mailboxIds.join(" ") === b.mailboxIds.join(" ");
}

function rowOf(key: string, facts: ReadonlyMap<number, Fact>): EmailFacts {
  const sets = new Map<string, { at: number; ids: readonly string[] }>();
  let [marks, sizes, lies] = ["", "", ""];
  const first = Number(key) * factsPerRow;
  for (let at = 0; at < factsPerRow; at++) {
    const fact = facts.get(first + at);
    const mailboxIds = fact?.mailboxIds ?? [];
    const name = mailboxIds.join(" ");
    const set = sets.get(name) ?? { at: sets.size, ids: mailboxIds };
    if (fact !== undefined) sets.set(name, set);
    marks += fact === undefined ? nobody : textOf(fact.marks, 1);
    sizes += textOf(fact?.size ?? 0, sizeDigits);
    lies += textOf(fact === undefined ? 0 : set.at, placeDigits);
  }
  return { key, marks, sizes, lies, sets: [...sets.values()].map(({ ids }) => ids) };
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
  let [text, left] = ["", Math.min(number, digits.length ** length - 1)];
  for (let place = 0; place < length; place++) {
    text = (digits[left % digits.length] ?? "") + text;
    left = Math.floor(left / digits.length);
  }
  return text;
}

/** Of a row the message at a place: whether there is one, and what is so of it. */
export const factsAt = {
  isThere: ({ marks }: EmailFacts, at: number) => marks[at] !== nobody,
  marks: ({ marks }: EmailFacts, at: number) => numberAt(marks, at, 1),
  size: ({ sizes }: EmailFacts, at: number) => numberAt(sizes, at, sizeDigits),
  mailboxIds: ({ lies, sets }: EmailFacts, at: number) => sets[numberAt(lies, at, placeDigits)] ?? [],
};

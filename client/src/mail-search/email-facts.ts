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

/** Messages whose ids follow each other: columns, one place for each message that is there. */
export interface EmailFacts {
  key: string;
  ids: readonly number[];
  /** `factBits`, and above them the place in `messageSorts`. */
  marks: readonly number[];
  sizes: readonly number[];
  /** Of each message the place in `sets` of the mailboxes that it lies in. */
  lies: readonly number[];
  sets: readonly (readonly string[])[];
}

export const factBits = { read: 1, starred: 2, attachment: 4 } as const;
export const sortShift = 3;

/** Ids of one row differ by less. */
export const factsPerRow = 256;

export const emailFacts = rowTable({
  name: "emailFacts",
  keyOf: ({ key }: EmailFacts) => key,
  matches: (value): value is EmailFacts =>
    typeof value === "object" && value !== null && "ids" in value && "sets" in value,
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

export function keyOfFacts(number: number): string {
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
  await writer.put(
    emailFacts,
    rows.filter(({ ids }) => ids.length > 0),
  );
  await writer.remove(
    emailFacts,
    rows.filter(({ ids }) => ids.length === 0).map(({ key }) => key),
  );
}

/** Undefined when nothing of it is another. */
function changedFacts(
  key: string,
  before: EmailFacts | undefined,
  changed: readonly (readonly [number, EmailRow | undefined])[],
): EmailFacts | undefined {
  const facts = factsIn(before);
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

function factsIn(row: EmailFacts | undefined): Map<number, Fact> {
  const facts = new Map<number, Fact>();
  for (const [at, id] of (row?.ids ?? []).entries()) {
    const mailboxIds = row?.sets[row.lies[at] ?? 0] ?? [];
    facts.set(id, { marks: row?.marks[at] ?? 0, size: row?.sizes[at] ?? 0, mailboxIds });
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
  const lies: number[] = [];
  for (const { mailboxIds } of facts.values()) {
    const name = mailboxIds.join(" ");
    const set = sets.get(name) ?? { at: sets.size, ids: mailboxIds };
    sets.set(name, set);
    lies.push(set.at);
  }
  const all = [...facts.values()];
  return {
    key,
    ids: [...facts.keys()],
    marks: all.map(({ marks }) => marks),
    sizes: all.map(({ size }) => size),
    lies,
    sets: [...sets.values()].map(({ ids }) => ids),
  };
}

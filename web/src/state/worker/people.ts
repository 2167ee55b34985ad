/** People one has written with, and what was written. */
import { type EmailRow, emails } from "@posthorn/client";
import type { Desk } from "./desk.ts";
import { rowsOf } from "./digests.ts";
import { findFolder } from "./folders.ts";
import { type Person, peopleOf } from "./list-threads.ts";

export interface KnownPerson extends Person {
  /** When there was a message last, from them or to them. */
  lastAtMs: number;
  /** Messages, as far back as was looked. */
  count: number;
}

export interface PersonThread {
  threadId: string;
  atMs: number;
  /** Null while it was not opened yet. */
  subject: string | null;
  snippet: string;
}

export interface PersonView extends KnownPerson {
  /** The newest first. */
  threads: PersonThread[];
}

const mostRead = 4_000;
const portion = 1_000;
const mostThreads = 12;

/** Whoever was written with last comes first. Who is in Spam, in Trash or waits in the Screener alone is not among them. */
export async function listPeople(desk: Desk): Promise<KnownPerson[]> {
  const people = new Map<string, KnownPerson>();
  await eachRow(desk, (row, others) => {
    const atMs = Date.parse(row.receivedAt) || 0;
    for (const { address, name } of others) {
      const known = people.get(address);
      if (known === undefined) people.set(address, { address, name, lastAtMs: atMs, count: 1 });
      else {
        known.count++;
        known.name ??= name;
      }
    }
  });
  return [...people.values()];
}

/** Somebody one has never written with has no threads. */
export async function readPerson(desk: Desk, { address }: { address: string }): Promise<PersonView> {
  const person: KnownPerson = { address, lastAtMs: 0, count: 0 };
  const newest = new Map<string, string>();
  await eachRow(desk, (row, others) => {
    const found = others.find((other) => other.address === address);
    if (found === undefined) return;
    person.count++;
    person.name ??= found.name;
    person.lastAtMs ||= Date.parse(row.receivedAt) || 0;
    if (newest.size < mostThreads && !newest.has(row.threadId)) newest.set(row.threadId, row.id);
  });
  const rows = await rowsOf(desk.mail, [...newest.values()]);
  await desk.digests.bring(rows);
  const threads = rows.map((row): PersonThread => {
    const digest = desk.digests.peek(row);
    const isKnown = digest !== undefined && digest !== "failed";
    return {
      threadId: row.threadId,
      atMs: Date.parse(row.receivedAt) || 0,
      subject: isKnown ? digest.subject : null,
      snippet: isKnown ? digest.snippet : "",
    };
  });
  return { ...person, threads };
}

/** Newest first, with those who are not the account itself; each address once and without its tag. */
async function eachRow(desk: Desk, note: (row: EmailRow, others: readonly Person[]) => void): Promise<void> {
  const { mail } = desk;
  const own = mail.session.address;
  const hidden = new Set<string>();
  for (const role of ["screener", "junk", "trash"] as const) {
    const folder = await findFolder(desk, role);
    if (folder !== undefined) hidden.add(folder.id);
  }
  let before: readonly (number | string)[] | undefined;
  for (let read = 0; read < mostRead; read += portion) {
    const rows = await mail.store.list(emails, { by: "byTime", before, reverse: true, limit: portion });
    for (const row of rows) {
      if (Object.keys(row.mailboxIds).some((id) => hidden.has(id))) continue;
      const all = [row.from, row.to, row.cc].flatMap(peopleOf);
      const others = new Map<string, Person>();
      for (const { address, name } of all) {
        const plain = withoutTag(address);
        const known = others.get(plain);
        if (plain !== own) others.set(plain, { address: plain, name: known?.name ?? name });
      }
      note(row, [...others.values()]);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < portion) break;
    before = [Date.parse(last.receivedAt) || 0, last.id];
  }
}

/** Addresses that come from a message may be anything. */
function withoutTag(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*(?=@)/, "");
}

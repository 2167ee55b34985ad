/** People one has written with, and what was written. */
import { emails, giveName, readNames, readSenderNames, withoutTag } from "@posthorn/client";
import { keeping } from "./acts-kept.ts";
import type { Desk } from "./desk.ts";
import { rowsOf } from "./digests.ts";
import { Told } from "./fault.ts";
import { findFolder } from "./find-folder.ts";
import { nameBy, type Person, personOf } from "./persons.ts";

export interface KnownPerson extends Person {
  /** When there was a message last, from them or to them. */
  lastAtMs: number;
}

export interface PersonThread {
  threadId: string;
  atMs: number;
  /** Null while it was not opened yet. */
  subject: string | null;
  snippet: string;
}

export interface PersonView extends Person {
  /** The name was given here. */
  isGiven: boolean;
  /** As they call themselves, where they are called otherwise here. */
  saidName: string | undefined;
  /** False for an account without keys, which keeps nothing sealed. */
  mayName: boolean;
  /** The newest first. */
  threads: PersonThread[];
}

interface Entry {
  address: string;
  /** As mail that was brought in names them. */
  name: string | undefined;
  lastAtMs: number;
  /** What they have written last. */
  wrote: string | undefined;
  /** Their newest threads, each with its newest message. */
  newest: Map<string, string>;
}

const mostRead = 4_000;
const portion = 1_000;
const mostThreads = 12;

/** Whoever was written with last comes first. Who is in Spam, in Trash or waits in the Screener alone is not among them. */
export async function listPeople(desk: Desk): Promise<KnownPerson[]> {
  const names = await readNames(desk.mail);
  const book = await bookOf(desk);
  const people = [...book.values()].map(({ address, name, lastAtMs }) => ({
    ...personOf(address, names, name),
    lastAtMs,
  }));
  await askForNames(
    desk,
    people.flatMap(({ address, name }) => (name === undefined ? (book.get(address)?.wrote ?? []) : [])),
  );
  return people;
}

const mostAsked = 100;

/** A new device has opened little, and so knows few names: they come as messages of theirs are opened. */
async function askForNames({ mail, digests }: Desk, ids: readonly string[]): Promise<void> {
  for (const row of await rowsOf(mail, ids.slice(0, mostAsked))) digests.peek(row);
}

/** Somebody one has never written with has no threads. */
export async function readPerson(desk: Desk, { address }: { address: string }): Promise<PersonView> {
  const entry = (await bookOf(desk)).get(address);
  const rows = await rowsOf(desk.mail, [...(entry?.newest.values() ?? [])]);
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
  const names = await readNames(desk.mail);
  const person = personOf(address, names, entry?.name);
  const said = personOf(address, await readSenderNames(desk.mail), entry?.name).name;
  return {
    ...person,
    isGiven: names.given(address) !== undefined,
    saidName: said === person.name ? undefined : said,
    mayName: (await desk.mail.session.keys.findRootSecret()) !== undefined,
    threads,
  };
}

/**
 * Gives the number by which it is taken back, null when they are called so already. Throws Told when the name is none that can be
 * shown.
 */
export async function callPerson(
  desk: Desk,
  { address, name, label }: { address: string; name: string; label: string },
): Promise<number | null> {
  const wanted = name.trim();
  const giving = giveName(desk.mail, label, { address, name: wanted === "" ? undefined : wanted });
  const given = await keeping(desk, giving);
  if (given !== false) return given?.number ?? null;
  throw new Told({ sentence: "", code: "noName", pointer: "/name" });
}

type Book = ReadonlyMap<string, Entry>;

/** Read once, and again when mail has come or was moved. */
const books = new WeakMap<Desk, { current: Promise<Book> | undefined }>();

function bookOf(desk: Desk): Promise<Book> {
  let kept = books.get(desk);
  if (kept === undefined) {
    const made: { current: Promise<Book> | undefined } = { current: undefined };
    kept = made;
    books.set(desk, made);
    desk.map.onChange(() => {
      made.current = undefined;
    });
  }
  const holder = kept;
  holder.current ??= readBook(desk).catch((error: unknown) => {
    holder.current = undefined;
    throw error;
  });
  return holder.current;
}

async function readBook(desk: Desk): Promise<Book> {
  const { mail } = desk;
  const own = mail.session.address;
  const hidden = new Set<string>();
  for (const role of ["screener", "junk", "trash"] as const) {
    const folder = await findFolder(desk, role);
    if (folder !== undefined) hidden.add(folder.id);
  }
  const book = new Map<string, Entry>();
  let before: readonly (number | string)[] | undefined;
  for (let read = 0; read < mostRead; read += portion) {
    const rows = await mail.store.list(emails, { by: "byTime", before, reverse: true, limit: portion });
    for (const row of rows) {
      const { id, threadId, receivedAt, mailboxIds, from, to, cc } = row;
      if (Object.keys(mailboxIds).some((mailboxId) => hidden.has(mailboxId))) continue;
      for (const { email, name } of [from, to, cc].flatMap((list) => list ?? [])) {
        const plain = withoutTag(email);
        if (plain === own) continue;
        const entry = book.get(plain) ?? {
          address: plain,
          name: undefined,
          lastAtMs: Date.parse(receivedAt) || 0,
          wrote: undefined,
          newest: new Map(),
        };
        entry.name ??= nameBy(row, name) ?? undefined;
        if (from?.some((sender) => withoutTag(sender.email) === plain)) entry.wrote ??= id;
        if (entry.newest.size < mostThreads && !entry.newest.has(threadId)) entry.newest.set(threadId, id);
        book.set(plain, entry);
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < portion) break;
    before = [Date.parse(last.receivedAt) || 0, last.id];
  }
  return book;
}

/** Whom one writes to: how it stands with their keys, and whom one has written with before. */
import {
  type ComparedAgain,
  type Contact,
  type EmailRow,
  emails,
  lookUpContact,
  readNames,
  readSenderNames,
  type Uncompared,
  Unreachable,
} from "@posthorn/client";
import { accountOf, findAddress, formatAddress, ProblemError, parseAddress } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { nameBy, type Person, personOf } from "./persons.ts";

/**
 * `encrypted` · `verified` the two have compared numbers · `newKey` their keys were replaced, which the former
 * ones vouch for · `reset` others than before, which nothing vouches for · `mustCompare` numbers must be compared again:
 * nothing is sent before a person says so · `notFound` there is no such person ·
 * `silent` their server does not answer, what is sent waits · `open` without keys: what is sent can be read on the way ·
 * `refused` nothing can be sealed to them · `bad` no address · `offline` nobody could be asked.
 */
type RecipientState =
  | "encrypted"
  | "verified"
  | "newKey"
  | "reset"
  | "mustCompare"
  | "notFound"
  | "silent"
  | "open"
  | "refused"
  | "bad"
  | "offline";

export interface Recipient {
  state: RecipientState;
  /** Why, where the state does not say all. */
  sentence: string | null;
  /** Of the sentence. */
  code?: string;
  /** Of whom must be compared again: why, and what they have now. */
  changed?: { why: ComparedAgain } & Uncompared;
}

export type { Uncompared };

/** Never throws: that nobody can be asked is a state too. */
export async function lookUpRecipient(
  { mail: { session } }: Desk,
  { address }: { address: string },
): Promise<Recipient> {
  const found = findAddress(address);
  if (found === undefined) return { state: "bad", sentence: whyBad(address), code: "badAddress" };
  try {
    // Nobody without keys seals to anybody.
    if ((await session.keys.find()) === undefined) return { state: "open", sentence: null };
    return recipientOf(await lookUpContact(session, accountOf(found)));
  } catch (error) {
    if (error instanceof Unreachable) return { state: "offline", sentence: error.message };
    if (error instanceof ProblemError) return problemOf(error);
    throw error;
  }
}

function whyBad(text: string): string {
  try {
    return formatAddress(parseAddress(text));
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

function recipientOf(contact: Contact): Recipient {
  switch (contact.kind) {
    case "sealed":
      if (contact.news === "newKey" || contact.news === "reset")
        return { state: contact.news, sentence: null };
      return { state: contact.isCompared ? "verified" : "encrypted", sentence: null };
    case "open":
      return { state: "open", sentence: null };
    case "mustCompare": {
      const { address, identityKey } = contact.head;
      return { state: "mustCompare", sentence: null, changed: { why: contact.why, address, identityKey } };
    }
    case "noConsent":
      return { state: "refused", sentence: null };
    case "notBelieved":
      return { state: "refused", sentence: contact.sentence, code: "keysNotBelieved" };
    case "unknown":
      return problemOf(new ProblemError(contact.problem));
  }
}

function problemOf({ problem, message }: ProblemError): Recipient {
  const { code, retry } = problem;
  if (code === "recipientUnknown" || code === "notFound") return { state: "notFound", sentence: message };
  return { state: retry === "never" ? "refused" : "silent", sentence: message, code };
}

interface Known {
  address: string;
  /** As mail that was brought in names them. */
  name: string | null;
  /** How often, what is long ago for less. */
  weight: number;
}

interface Book {
  madeAtMs: number;
  people: Promise<readonly Known[]>;
}

const books = new WeakMap<Desk, Book>();
const newAfterMs = 60_000;
const mostRead = 4_000;
const portion = 1_000;
const halvesAfterMs = 60 * 86_400_000;
const mostSuggested = 6;

/** By the name that they are known by here. */
export async function namePerson({ mail }: Desk, { address }: { address: string }): Promise<Person> {
  return personOf(address, await readNames(mail));
}

/** By the name that they call themselves: in a letter to them, the one that was given here is nobody's business. */
export async function addressPerson({ mail }: Desk, { address }: { address: string }): Promise<Person> {
  return personOf(address, await readSenderNames(mail));
}

/** People one has written with whose name or address begins so, those that matter most first. */
export async function suggestPeople(
  desk: Desk,
  { text, without }: { text: string; without: string[] },
): Promise<Person[]> {
  const wanted = fold(text.trim());
  if (wanted === "") return [];
  const taken = new Set([...without, desk.mail.session.address]);
  const names = await readNames(desk.mail);
  const fits = (person: Person) =>
    [person.address, ...(person.name ?? "").split(/\s+/)].some((part) => fold(part).startsWith(wanted)) ||
    fold(person.address.split("@")[1] ?? "").startsWith(wanted) ||
    fold(person.name ?? "").startsWith(wanted);
  return (await bookOf(desk))
    .map(({ address, name }) => personOf(address, names, name))
    .filter((person) => !taken.has(person.address) && fits(person))
    .slice(0, mostSuggested);
}

function fold(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

function bookOf(desk: Desk): Promise<readonly Known[]> {
  const nowMs = Date.now();
  const known = books.get(desk);
  if (known !== undefined && nowMs - known.madeAtMs < newAfterMs) return known.people;
  const made = { madeAtMs: nowMs, people: readBook(desk, nowMs) };
  made.people.catch(() => books.delete(desk));
  books.set(desk, made);
  return made.people;
}

/** Of the newest messages; whom one has written to counts for more than who has written. */
async function readBook({ mail, signal }: Desk, nowMs: number): Promise<readonly Known[]> {
  const book = new Map<string, Known>();
  const own = mail.session.address;
  const note = (row: EmailRow, list: EmailRow["from"], weight: number) => {
    for (const { email: address, name } of list ?? []) {
      const known = book.get(address);
      const all = (known?.weight ?? 0) + weight;
      book.set(address, { address, name: known?.name ?? nameBy(row, name), weight: all });
    }
  };
  let before: readonly (number | string)[] | undefined;
  for (let read = 0; read < mostRead && !signal.aborted; read += portion) {
    const rows = await mail.store.list(emails, { by: "byTime", before, reverse: true, limit: portion });
    for (const row of rows) {
      const atMs = Date.parse(row.receivedAt) || 0;
      const weight = 0.5 ** ((nowMs - atMs) / halvesAfterMs);
      const isOwn = (row.from ?? []).some(({ email }) => email === own);
      note(row, row.from, weight);
      for (const list of [row.to, row.cc]) note(row, list, isOwn ? 4 * weight : weight / 4);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < portion) break;
    before = [Date.parse(last.receivedAt) || 0, last.id];
  }
  return [...book.values()].sort((a, b) => b.weight - a.weight);
}

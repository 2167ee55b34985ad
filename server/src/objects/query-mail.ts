/** What a message says, where a query looks for words in it. */
import { listMessageBytes, listObjectsById, type StoredObject } from "../store/object-store.ts";
import type { QueryContext } from "./query-context.ts";
import type { Known, Test, TextField } from "./query-filter.ts";
import { findTerm, mayHold, type Term } from "./query-terms.ts";
import { type Word, wordsOf } from "./query-words.ts";

/** Its parts as plain texts. */
interface MailTexts {
  from: string;
  to: string;
  cc: string;
  bcc: string;
  subject: string;
  /** Names of files. */
  files: string;
  body: string;
}

export type TextPart = keyof MailTexts;

export interface RowReading {
  texts: Partial<MailTexts>;
  hasAttachment: boolean;
  /** The name, or else the address, of the first it is from and of the first it is to; empty without one. */
  first: { from: string; to: string };
}

export interface BytesReading {
  texts: MailTexts;
  /** The values of a header field, unfolded and decoded; none when it is not there. */
  header(name: string): readonly string[];
}

/** How stored messages are read; another room knows their formats. */
export interface MailReading {
  /** What its row tells; a part that is left out is known by its bytes only. */
  ofRow(object: StoredObject): RowReading;
  /** All of it. What its row tells is as its row tells it. */
  ofBytes(object: StoredObject, bytes: Uint8Array): BytesReading;
}

/** What it takes to read messages of an account. */
export type ReadingContext = Pick<QueryContext, "db" | "accountId" | "reading">;

/** A message that was read, with the words of what has been looked through so far. */
export interface ReadMail {
  object: StoredObject;
  texts: Partial<MailTexts>;
  hasAttachment: boolean;
  /** Undefined as long as only its row was read. */
  header: ((name: string) => readonly string[]) | undefined;
  words: Map<TextPart, readonly Word[]>;
}

/** Those of these messages that there are, read as far as their rows tell. */
export async function readRows(ctx: ReadingContext, ids: readonly number[]): Promise<ReadMail[]> {
  const objects = await listObjectsById(ctx.db, ctx.accountId, ids);
  return objects.map((object) => ({
    ...ctx.reading.ofRow(object),
    object,
    header: undefined,
    words: new Map(),
  }));
}

/** The same messages, read whole. */
export async function readWhole(ctx: ReadingContext, mails: readonly ReadMail[]): Promise<ReadMail[]> {
  const ids = mails.map(({ object }) => object.id);
  const bytes = await listMessageBytes(ctx.db, ctx.accountId, ids);
  return mails.flatMap((mail): ReadMail[] => {
    const found = bytes.get(mail.object.id);
    if (found === undefined) return [];
    const { texts, header } = ctx.reading.ofBytes(mail.object, found);
    return [{ ...mail, texts: { ...texts, ...mail.texts }, header, words: new Map() }];
  });
}

/** Whether a message meets a test that its row alone says nothing of; undefined where it would take its bytes. */
export function holdsText(mail: ReadMail, test: Test): Known {
  switch (test.by) {
    case "attachment":
      return mail.hasAttachment;
    case "text":
      return holdsAll(mail, partsOf[test.field], test.terms);
    case "header":
      return mail.header && holdsHeader(mail.header(test.name), test.terms);
    default:
      return undefined;
  }
}

const partsOf = {
  from: ["from"],
  to: ["to"],
  cc: ["cc"],
  bcc: ["bcc"],
  subject: ["subject"],
  body: ["body"],
  text: ["from", "to", "cc", "bcc", "subject", "files", "body"],
} as const satisfies Record<TextField, readonly TextPart[]>;

/** Each term must be in one of the parts. */
function holdsAll(mail: ReadMail, parts: readonly TextPart[], terms: readonly Term[]): Known {
  if (terms.every((term) => parts.some((part) => isIn(mail, part, term)))) return true;
  return parts.every((part) => mail.texts[part] !== undefined) ? false : undefined;
}

function isIn(mail: ReadMail, part: TextPart, term: Term): boolean {
  const text = mail.texts[part];
  return text !== undefined && mayHold(text, term) && findTerm(wordsIn(mail, part), term, 0) !== undefined;
}

export function wordsIn(mail: ReadMail, part: TextPart): readonly Word[] {
  const known = mail.words.get(part);
  if (known !== undefined) return known;
  const words = wordsOf(mail.texts[part] ?? "");
  mail.words.set(part, words);
  return words;
}

function holdsHeader(values: readonly string[], terms: readonly Term[] | undefined): boolean {
  if (terms === undefined) return values.length > 0;
  return values.some((value) => {
    const words = wordsOf(value);
    return terms.every((term) => findTerm(words, term, 0) !== undefined);
  });
}

/** Segments: the words of some hundreds of messages, made of what those say. */
import type { Turn } from "../store/query-turns.ts";
import type { WordBlock } from "../store/query-words.ts";
import { type ReadMail, type TextPart, wordsIn } from "./query-mail.ts";
import {
  type Entry,
  type Parts,
  readEntries,
  readPostings,
  type Stamped,
  writeBlocks,
  writePostings,
} from "./query-postings.ts";

/** The bit of each part of a message. */
export const partBits: Readonly<Record<TextPart, Parts>> = {
  from: 1,
  to: 2,
  cc: 4,
  bcc: 8,
  subject: 16,
  files: 32,
  body: 64,
};

const parts = ["from", "to", "cc", "bcc", "subject", "files", "body"] as const satisfies TextPart[];

const wordsInSlice = 4_000;

/** By word the messages that have it. */
export type Words = Map<string, { id: number; parts: Parts }[]>;

/** Another number when a message was written anew: then it is sent at another time. Its marks do not count. */
export function stampOf({ sizeBytes, sentAt }: { sizeBytes: number; sentAt: number }): number {
  return sizeBytes + (sentAt % 2 ** 40);
}

export function stamped({ object }: ReadMail): Stamped {
  return { id: object.id, stamp: stampOf(object) };
}

/** Adds the words of a message, which are not among these. */
export function addWords(words: Words, mail: ReadMail): void {
  const { id } = mail.object;
  for (const part of parts) {
    for (const { word } of wordsIn(mail, part)) {
      const messages = words.get(word);
      const last = messages?.at(-1);
      if (messages === undefined) words.set(word, [{ id, parts: partBits[part] }]);
      else if (last?.id === id) last.parts |= partBits[part];
      else messages.push({ id, parts: partBits[part] });
    }
  }
}

/** Adds the words of a block, but for those of the messages that are left out. */
export function addBlock(
  words: Words,
  block: Uint8Array,
  lastId: number,
  without: ReadonlySet<number>,
): void {
  const decoder = new TextDecoder();
  for (const { word, postings } of readEntries(block)) {
    const messages: { id: number; parts: Parts }[] = [];
    readPostings(postings, lastId, (id, at) => {
      if (!without.has(id)) messages.push({ id, parts: at });
    });
    if (messages.length > 0) words.set(decoder.decode(word), messages);
  }
}

/** The blocks that hold these words. */
export async function blocksOf(words: Words, lastId: number, turn: Turn): Promise<WordBlock[]> {
  const encoder = new TextEncoder();
  const entries: Entry[] = [];
  for (const [word, messages] of words) {
    const newestFirst = messages.sort((a, b) => b.id - a.id);
    entries.push({ word: encoder.encode(word), postings: writePostings(newestFirst, lastId) });
    if (entries.length % wordsInSlice === 0) await turn();
  }
  entries.sort((a, b) => Buffer.compare(a.word, b.word));
  await turn();
  return writeBlocks(entries);
}

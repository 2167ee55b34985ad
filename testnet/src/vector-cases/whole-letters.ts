/**
 * The cases of whole-letters.json: messages as they come to a server, opened by the SDK as their reader, who has the root
 * secret and asks a server for everything else. In Node and in a browser.
 */
import {
  bytesSource,
  newFileSeal,
  type Opened,
  openBytes,
  type Platform,
  type Session,
} from "@posthorn/client";
import { fromBase64Url, type SignedStatement } from "@posthorn/crypto";
import type { VectorCase } from "@posthorn/crypto/vector-cases";
import { ProblemError, readMessage, type SaidFile } from "@posthorn/protocol";
import { openTrialSession, trialPlatform } from "./trial-session.ts";

export interface LetterVectors {
  /** The readers' clock. */
  now: string;
  people: readonly LetterPerson[];
  good: readonly GoodLetter[];
  bad: readonly BadLetter[];
}

interface LetterPerson {
  address: string;
  rootSecret: string;
  statements: readonly SignedStatement[];
  epochs: readonly { keyId: string; seed: string; wrapped: string }[];
}

type Sender = "self" | "known" | "former";

interface GoodLetter {
  name: string;
  message: string;
  readers: readonly { address: string; sender: Sender }[];
  shown: Shown;
  /** With which each of its files was sealed. */
  salts?: readonly string[];
}

interface Shown {
  /** What is said, but for its files and what it follows. */
  message: object;
  files: readonly SaidFile[];
  follows?: object;
}

interface BadLetter {
  name: string;
  reader: string;
  message?: string;
  /** In place of a message: the good one, in which each first text, which is there once, becomes the second. */
  of?: string;
  replace?: readonly (readonly [string, string])[];
}

/** What each reader is shown, files sealed anew, and what nobody is shown although every server carries it. */
export function wholeLetterCases(vectors: LetterVectors): VectorCase[] {
  return [
    ...vectors.good.flatMap(({ name, message, readers, shown }) =>
      readers.map(({ address, sender }) => ({
        name: `is shown to ${address}: ${name}`,
        expected: { isCarried: true, opened: { sender, ...shown } },
        find: () => outcomeOf(vectors, address, message),
      })),
    ),
    ...vectors.good.flatMap(({ name, message, shown, salts = [] }) =>
      salts.map((salt, place) => ({
        name: `file ${place} is sealed like this: ${name}`,
        expected: attachmentsOf(message)[place],
        find: () => sealAgain(vectors, message, { place, salt, file: shown.files[place] }),
      })),
    ),
    ...vectors.bad.map((vector) => ({
      name: `is carried, and not shown: ${vector.name}`,
      expected: { isCarried: true, opened: "notOpened" },
      find: () => outcomeOf(vectors, vector.reader, textOf(vector, vectors)),
    })),
  ];
}

function textOf({ message, of, replace = [] }: BadLetter, { good }: LetterVectors): string {
  const text = message ?? good.find(({ name }) => name === of)?.message;
  if (text === undefined) throw new Error(`the vectors hold no case “${of}”`);
  return replace.reduce((before, [from, to]) => {
    const parts = before.split(from);
    if (parts.length !== 2) throw new Error(`“${from}” is to stand there once`);
    return parts.join(to);
  }, text);
}

/** Whether servers take it, and what the reader is shown of it or the code of the refusal. */
async function outcomeOf(vectors: LetterVectors, reader: string, text: string) {
  const bytes = new TextEncoder().encode(text);
  return { isCarried: isMessage(bytes), opened: await open(vectors, reader, bytes) };
}

function isMessage(bytes: Uint8Array): boolean {
  try {
    readMessage(bytes);
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

async function open(vectors: LetterVectors, reader: string, bytes: Uint8Array) {
  const session = await sessionOf(vectors, reader);
  try {
    return shownOf(await openBytes(session, bytes));
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
}

function shownOf(opened: Opened) {
  if (opened.kind === "open") return opened.kind;
  const { message, files, follows, sender } = opened;
  const shown = {
    sender: sender.kind === "formerKey" ? "former" : sender.kind,
    message: Object.fromEntries(Object.entries(message).filter(([name]) => name !== "attachments")),
    files: files.map((file) => (file.kind === "sealed" ? file.file : file.kind)),
  };
  return follows === undefined ? shown : { ...shown, follows };
}

/** Signed in as that one of the people, who has seen nobody's keys yet. */
async function sessionOf(vectors: LetterVectors, address: string): Promise<Session> {
  const { people } = vectors;
  const own = people.find((one) => one.address === address);
  if (own === undefined) throw new Error(`the vectors know no ${address}`);
  const account = {
    statements: [...own.statements],
    epochs: own.epochs.map(({ keyId, wrapped }) => ({ keyId, wrapped })),
    records: new Map(),
    chains: new Map(people.map((one) => [one.address, one.statements])),
  };
  return openTrialSession(account, own, platformOf(vectors));
}

function platformOf({ now }: LetterVectors): Omit<Platform, "transport"> {
  return trialPlatform(Date.parse(now), () => {
    throw new Error("Nothing is drawn when a message is opened.");
  });
}

/** What stands in the open of a file whose byte at position i is i mod 251, when chance gives its key and salt. */
async function sealAgain(
  vectors: LetterVectors,
  message: string,
  { place, salt, file }: { place: number; salt: string; file: SaidFile | undefined },
) {
  if (file === undefined) throw new Error(`the message has no file ${place}`);
  const drawn = [file.key, salt].map(fromBase64Url);
  const platform = trialPlatform(Date.parse(vectors.now), () => drawn.shift() ?? new Uint8Array());
  const bytes = Uint8Array.from({ length: file.size }, (_, at) => at % 251);
  const { id } = readMessage(new TextEncoder().encode(message));
  const { attachment } = await newFileSeal(platform, bytesSource(bytes), { messageId: id, place });
  return attachment;
}

function attachmentsOf(text: string): readonly unknown[] {
  return JSON.parse(text).attachments ?? [];
}

/**
 * The bytes of a draft's files until they have gone up, and with what each is sealed for its message: kept sealed on the
 * device where they were chosen, so that an upload goes on where it was, whatever has ended meanwhile.
 */
import { fail } from "@posthorn/protocol";
import { dateOfId } from "../date-of-id.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { readAll } from "../read-all.ts";
import { type DraftVersion, draftShape, type UnsentLetter } from "../records/draft-content.ts";
import type { FileSeal } from "../sealed-file.ts";
import { readExactly, type Source } from "../source.ts";
import { listDrafts, type StoredDraft } from "./drafts.ts";
import { type Mail, syncStates, unsentFiles } from "./mail-context.ts";
import { recordsKey } from "./mirror.ts";
import { openEditText } from "./open-edit.ts";
import { editIdOf, editTexts } from "./own-edits.ts";

/** What is known of a file whose bytes are all kept. */
export interface UnsentBytes {
  sizeBytes: number;
  /** Its owner has stopped it, and it goes up when they say so. */
  isPaused: boolean;
  /** Once it was sealed for a message and a place in it. */
  seal?: FileSeal | undefined;
}

const pieceBytes = 1024 * 1024;
/** One that no draft names yet may be of a letter that is being begun. */
const oldMs = 60 * 60 * 1_000;

/**
 * Keeps the bytes of a file under an id, a UUID of version 7 that nothing else has. When it resolves all of them are kept; until
 * then nothing is found under the id. Throws LocalStoreError,
 * `full` above all, and whatever reading does; nothing is kept then.
 */
export async function keepUnsentBytes(
  mail: Mail,
  id: string,
  source: Source,
  signal?: AbortSignal,
): Promise<void> {
  const { store, key } = mail;
  try {
    for (let piece = 0; piece * pieceBytes < source.sizeBytes; piece++) {
      signal?.throwIfAborted();
      const offset = piece * pieceBytes;
      const length = Math.min(pieceBytes, source.sizeBytes - offset);
      const bytes = await readAll(readExactly(source, offset, length), length);
      if (bytes === undefined)
        fail("blobMismatch", "The file changed while it was being read. Attach it again.");
      const at = { table: unsentFiles, key: pieceKey(id, piece) };
      const sealed = await sealLocal(key, at, bytes);
      await store.write([unsentFiles], (writer) => writer.putBytes(unsentFiles, at.key, sealed));
    }
    signal?.throwIfAborted();
    await noteUnsentBytes(mail, id, { sizeBytes: source.sizeBytes, isPaused: false });
  } catch (error) {
    await forgetUnsentBytes(mail, id);
    throw error;
  }
}

/** Undefined when not all of the bytes are here, or not for these keys. */
export async function findUnsentBytes({ store, key }: Mail, id: string): Promise<UnsentBytes | undefined> {
  const sealed = await store.getBytes(unsentFiles, id);
  const bytes = sealed && (await openLocal(key, { table: unsentFiles, key: id }, sealed));
  const value: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
  return isUnsentBytes(value) ? value : undefined;
}

/** Keeps what is known of a file now in the place of what was. */
export async function noteUnsentBytes({ store, key }: Mail, id: string, known: UnsentBytes): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(known));
  const sealed = await sealLocal(key, { table: unsentFiles, key: id }, bytes);
  await store.write([unsentFiles], (writer) => writer.putBytes(unsentFiles, id, sealed), { durable: true });
}

/** Reading throws ProblemError `notFound` when the bytes are not here any more. */
export function unsentSource({ store, key }: Mail, id: string, sizeBytes: number): Source {
  return {
    sizeBytes,
    async *read(offset, length) {
      const end = offset + length;
      for (let from = offset; from < end; ) {
        const piece = Math.floor(from / pieceBytes);
        const at = { table: unsentFiles, key: pieceKey(id, piece) };
        const sealed = await store.getBytes(unsentFiles, at.key);
        const bytes = sealed && (await openLocal(key, at, sealed));
        if (bytes === undefined) fail("notFound", "This file is not here any more. Attach it again.");
        const start = piece * pieceBytes;
        const part = bytes.subarray(from - start, end - start);
        from += part.length;
        yield part;
      }
    },
  };
}

/** Nothing there is no fault. */
export async function forgetUnsentBytes({ store }: Mail, id: string): Promise<void> {
  const all = await store.keys(unsentFiles, { from: [id], to: [`${id}/~`] });
  await store.write([unsentFiles], (writer) => writer.remove(unsentFiles, all));
}

/** Files of drafts that have not gone up and whose bytes are here. */
export async function listUnsentFiles(mail: Mail): Promise<{ draft: StoredDraft; known: UnsentBytes }[]> {
  const unsent: { draft: StoredDraft; known: UnsentBytes }[] = [];
  for (const draft of (await listDrafts(mail)).drafts) {
    for (const { sealed, keptAs } of draft.letter.files ?? []) {
      if (sealed !== undefined || keptAs === undefined) continue;
      const known = await findUnsentBytes(mail, keptAs);
      if (known !== undefined) unsent.push({ draft, known });
    }
  }
  return unsent;
}

/** Whether all drafts that the server has were read once since this place was made for this version of the program. */
export async function areDraftsRead({ store }: Mail): Promise<boolean> {
  return (await store.get(syncStates, recordsKey("drafts")))?.isWhole === true;
}

/**
 * Forgets the bytes of files that no draft has any more, and no draft that can still be taken back. While a draft is not
 * here, or cannot be read, nothing is known to be in none, and all stay.
 */
export async function forgetUnneededBytes(mail: Mail): Promise<void> {
  const needed = (await areDraftsRead(mail)) ? await findNeededIds(mail) : undefined;
  if (needed === undefined) return;
  const now = mail.session.platform.clock.now();
  const ids = new Set((await mail.store.keys(unsentFiles)).map((key) => key.split("/")[0] ?? key));
  for (const id of ids) {
    const isOld = Date.parse(dateOfId(id) ?? "") < now - oldMs;
    if (isOld && !needed.has(id)) await forgetUnsentBytes(mail, id);
  }
}

/** Undefined when something that may name files cannot be read. */
async function findNeededIds(mail: Mail): Promise<Set<string> | undefined> {
  const { drafts, unreadable } = await listDrafts(mail);
  if (unreadable.length > 0) return undefined;
  const letters = drafts.flatMap(lettersOf);
  for (const key of await mail.store.keys(editTexts)) {
    if (key.startsWith(editIdOf("settings", ""))) continue;
    const text = await mail.store.getBytes(editTexts, key);
    const content = await openEditText(mail, key, text);
    if (draftShape.matches(content)) letters.push(...lettersOf(content));
    else if (text !== undefined && content === undefined) return undefined;
  }
  return new Set(letters.flatMap(({ files = [] }) => files.flatMap(({ keptAs = [] }) => keptAs)));
}

function lettersOf({
  letter,
  versions = [],
}: {
  letter: UnsentLetter;
  versions?: readonly DraftVersion[] | undefined;
}): UnsentLetter[] {
  return [letter, ...versions.map((version) => version.letter)];
}

/** In the order of their keys. */
function pieceKey(id: string, piece: number): string {
  return `${id}/${String(piece).padStart(6, "0")}`;
}

/** It was sealed here by ourselves, so little is looked at. */
function isUnsentBytes(value: unknown): value is UnsentBytes {
  return typeof value === "object" && value !== null && "sizeBytes" in value && "isPaused" in value;
}

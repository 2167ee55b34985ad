/** Letters that wait to be sent: kept sealed on the device, until nobody can take them back any more. */
import { formatAddress, type Message, parseAddress, readMessage, uuidV7 } from "@posthorn/protocol";
import type { Draft } from "../draft.ts";
import type { LocalWriter } from "../local/local-store.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import type { Uncompared } from "../seal.ts";
import type { SealedFile } from "../sealed-file-upload.ts";
import { actTables, actWith, type Undo } from "./act.ts";
import type { Change, MessageChange } from "./change.ts";
import { doWithDraft, type StoredDraft } from "./drafts.ts";
import { listNeeded } from "./forget-edits.ts";
import { letters, type Mail } from "./mail-context.ts";
import { editIdOf } from "./own-edits.ts";
import { settleTables } from "./settle.ts";

/** What a person has written, with its files, which are on the server already. */
export interface Letter {
  draft: Draft & { id: string };
  files: readonly SealedFile[];
  /** True when the owner has agreed that it may be read on the way, should no recipient have keys. */
  mayGoInTheOpen: boolean;
  /** As `SealOptions` says. */
  uncompared?: readonly Uncompared[] | undefined;
  /** The draft that it was written as, which goes when it goes. */
  from?: DraftPlace | undefined;
  /** What goes over the wire, as JSON, once it was sealed: it must be the same whenever it is sent again. */
  wireText?: string | undefined;
}

type DraftPlace = Pick<StoredDraft, "id" | "name">;

export interface PostOptions {
  /** For people, in a list of what was done. */
  label: string;
  files?: readonly SealedFile[] | undefined;
  mayGoInTheOpen?: boolean | undefined;
  uncompared?: readonly Uncompared[] | undefined;
  /** The draft that it was written as: it goes when the letter does, and comes back when that is taken back or refused. */
  from?: DraftPlace | undefined;
  /** Not to be sent before, RFC 3339 in UTC. */
  sendAt?: string | undefined;
  /** The server holds it for so many seconds. */
  undoS?: number | undefined;
}

/**
 * Sends a letter as soon as the server can be reached; it is sealed then, to the keys that its recipients have then. When
 * this resolves, it waits here and is not lost. Gives how to take it back, and the id that it has. Throws ProblemError
 * `notFound` when it is sent from a draft that is not there any more.
 */
export async function post(
  mail: Mail,
  draft: Draft,
  options: PostOptions,
): Promise<{ id: string; undo: Undo | undefined }> {
  const { clock, randomBytes } = mail.session.platform;
  const { label, files = [], mayGoInTheOpen = false, uncompared, from, sendAt, undoS } = options;
  const id = draft.id ?? uuidV7(clock.now(), randomBytes(16));
  const sender = formatAddress(parseAddress(draft.from));
  const letter: Letter = {
    draft: { ...draft, from: sender, id },
    files,
    mayGoInTheOpen,
    ...(uncompared === undefined ? {} : { uncompared }),
    ...(from === undefined ? {} : { from: { id: from.id, name: from.name } }),
  };
  const change = {
    kind: "send" as const,
    ...(sendAt === undefined ? {} : { sendAt }),
    ...(undoS === undefined ? {} : { undoS }),
  };
  return { id, undo: await postLetter(mail, label, letter, change) };
}

/** As `post`, of a letter that is made. */
export async function postLetter(
  mail: Mail,
  label: string,
  letter: Letter,
  change: Extract<MessageChange, { kind: "send" }>,
): Promise<Undo | undefined> {
  const { session, store, key } = mail;
  const { id } = letter.draft;
  const bytes = await sealLocal(key, { table: letters, key: id }, bytesOf(letter));
  const send: Change = { on: "message", id, change };
  const nowMs = session.platform.clock.now();
  const write = async (writer: LocalWriter, changes: readonly Change[]) => {
    await writer.putBytes(letters, id, bytes);
    return actWith(writer, { label, changes, nowMs });
  };
  const tables = [...actTables, letters];
  if (letter.from === undefined) {
    return store.write(tables, (writer) => write(writer, [send]), { durable: true });
  }
  const at = { id: editIdOf("drafts", letter.from.name), recordId: letter.from.id };
  const remove: Change = { on: "record", id: at.id, change: { kind: "remove", after: id } };
  return doWithDraft(mail, at, tables, (writer) => write(writer, [send, remove]));
}

/** A letter as it was written; undefined when it is not here, or not for these keys. */
export async function findLetter({ store, key }: Mail, id: string): Promise<Letter | undefined> {
  const kept = await store.getBytes(letters, id);
  const opened = kept && (await openLocal(key, { table: letters, key: id }, kept));
  if (opened === undefined) return undefined;
  const value: unknown = JSON.parse(new TextDecoder().decode(opened));
  return isLetter(value) ? value : undefined;
}

/** Remembers what goes over the wire. Gives it as a message. */
export async function keepSealed({ store, key }: Mail, letter: Letter, message: Message): Promise<void> {
  const { id } = letter.draft;
  const sealed = { ...letter, wireText: JSON.stringify(message) };
  const bytes = await sealLocal(key, { table: letters, key: id }, bytesOf(sealed));
  await store.write([letters], (writer) => writer.putBytes(letters, id, bytes), { durable: true });
}

/** What goes over the wire, when it was sealed before. Throws ProblemError when it is no message. */
export function sealedBefore({ wireText }: Letter): Message | undefined {
  return wireText === undefined ? undefined : readMessage(new TextEncoder().encode(wireText));
}

/** Forgets letters that were sent, and that nobody can take back or look at any more. */
export async function forgetLetters({ store }: Mail): Promise<void> {
  await store.write([...settleTables, letters], async (writer) => {
    const needed = await listNeeded(writer);
    const kept = await writer.keys(letters);
    await writer.remove(
      letters,
      kept.filter((id) => !needed.has(id)),
    );
  });
}

function bytesOf(letter: Letter): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(letter));
}

/** It was sealed here by ourselves, so little is looked at. */
function isLetter(value: unknown): value is Letter {
  return typeof value === "object" && value !== null && "draft" in value && "files" in value;
}

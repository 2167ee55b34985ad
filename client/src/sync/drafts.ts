/** Letters that are not sent yet: kept here at once, sealed, and on all devices of the account as soon as that can be. */
import { fail, formatTime } from "@posthorn/protocol";
import type { LocalWriter } from "../local/local-store.ts";
import type { AnyTable } from "../local/table.ts";
import {
  type DraftContent,
  type DraftVersion,
  draftShape,
  editDraft,
  mergeDrafts,
  type UnsentLetter,
} from "../records/draft-content.ts";
import { type CollectionKey, idOf } from "../records/records.ts";
import { actTables, actWith, type Undo } from "./act.ts";
import type { Change } from "./change.ts";
import { fitWithCopy, newDraftName } from "./copy-draft.ts";
import type { Mail } from "./mail-context.ts";
import { openEditText, openRecordValue, ownKey, sealEditText } from "./open-edit.ts";
import {
  collectionOf,
  draftTables,
  type EditState,
  editIdOf,
  edits,
  isAsRead,
  putEdit,
  readEdit,
  recordTables,
  shownOf,
} from "./own-edits.ts";

/** A draft as it is seen here. */
export interface StoredDraft {
  /** The record it lies in. */
  id: string;
  /** Names the draft on all devices. */
  name: string;
  letter: UnsentLetter;
  /** RFC 3339 in UTC, by the clock of the device that saved it. */
  savedAt: string;
  /** When each field was changed last, in the same form. */
  editedAt: Readonly<Record<string, string>>;
  /** What was written on two devices at once, and gave way to what was newer; the newest first. */
  versions: readonly DraftVersion[];
  /** Not at the server yet, so on no other device. */
  isWaiting: boolean;
  /** Why the server does not take it, for people: it is on this device alone, and tried again when it is saved. */
  trouble: string | undefined;
  /** The same for programs. */
  troubleType: string | undefined;
}

export interface DraftList {
  /** The one saved last first. */
  drafts: StoredDraft[];
  /**
   * The ids of records that are no drafts to this client: changed by the server, or sealed with keys that were replaced
   * meanwhile, or written by a newer client. The person must hear of them; `removeUnreadableDrafts` takes them.
   */
  unreadable: string[];
}

/** The drafts of the account, as far as they are on this device. They change with `draftTables`. */
export async function listDrafts(mail: Mail): Promise<DraftList> {
  const key = await ownKey(mail, "drafts");
  const found = await mail.store.read(draftTables, async (reader) => {
    const states = new Map<string, { id: string; state: EditState }>();
    for (const record of await reader.list(recordTables.drafts)) {
      const state = { record, edit: undefined, text: undefined, waiting: undefined };
      states.set(record.id, { id: "", state });
    }
    for (const { id, recordId } of await reader.list(edits)) {
      if (collectionOf(id) !== "drafts") continue;
      states.set(recordId, { id, state: await readEdit(reader, { id, recordId }) });
    }
    return [...states];
  });
  const [drafts, unreadable]: [StoredDraft[], string[]] = [[], []];
  for (const [recordId, { id, state }] of found) {
    if (isGone(state)) continue;
    const content = await openDraft(mail, key, id, state);
    if (content === undefined) unreadable.push(recordId);
    else drafts.push(storedDraft(recordId, content, state));
  }
  return { drafts: drafts.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1)), unreadable };
}

/** Draft of that name as it is seen here; undefined when there is none. */
export async function findDraft(mail: Mail, name: string): Promise<StoredDraft | undefined> {
  return (await listDrafts(mail)).drafts.find((draft) => draft.name === name);
}

/**
 * Saves a letter as a new draft, or over one that was read. When this resolves it is on this device and not lost; it goes
 * to the server when that can be reached. What was written meanwhile elsewhere, here or on another device, stays where
 * this letter leaves it as it was in `over`; where both say something else the newer counts, and the other is among the
 * versions. Gives the draft as it is then: show it, and save over it the next time.
 */
export async function saveDraft(
  mail: Mail,
  letter: UnsentLetter,
  over?: Pick<StoredDraft, "id" | "name" | "letter" | "savedAt" | "editedAt">,
): Promise<StoredDraft> {
  const { clock } = mail.session.platform;
  const key = await ownKey(mail, "drafts");
  const name = over?.name ?? newDraftName(mail);
  const named = await idOf(key, name);
  // One may lie in a record of another name, as far as that is there: a new identity has other ids.
  const isThere = over !== undefined && (await mail.store.get(recordTables.drafts, over.id)) !== undefined;
  const recordId = isThere ? over.id : named;
  const savedAt = formatTime(clock.now());
  const id = editIdOf("drafts", name);
  return changeDraft(mail, key, { id, recordId, tables: actTables }, async (before) => {
    const base =
      over && draftShape.parse({ name, savedAt: over.savedAt, letter: over.letter, editedAt: over.editedAt });
    const mine = editDraft(base ?? before, draftShape.parse({ name, savedAt, letter }));
    const merged = before === undefined || base === undefined ? mine : mergeDrafts(base, mine, before);
    const { content, putCopy } = await fitWithCopy(mail, key, merged);
    return {
      content,
      async write(writer) {
        await putCopy(writer);
        const put: Change = { on: "record", id, change: { kind: "put" } };
        await actWith(writer, { label: "", changes: [put], nowMs: clock.now() });
        const state = await readEdit(writer, { id, recordId });
        return storedDraft(recordId, content, state);
      },
    };
  });
}

/** Removes a draft. Gives how to take it back. Throws ProblemError `notFound`. */
export async function removeDraft(
  mail: Mail,
  label: string,
  { id: recordId, name }: Pick<StoredDraft, "id" | "name">,
): Promise<Undo | undefined> {
  const id = editIdOf("drafts", name);
  const changes: Change[] = [{ on: "record", id, change: { kind: "remove" } }];
  return doWithDraft(mail, { id, recordId }, actTables, (writer) =>
    actWith(writer, { label, changes, nowMs: mail.session.platform.clock.now() }),
  );
}

/**
 * Does something that takes a draft away, in the transaction that keeps it for who takes that back. Throws ProblemError
 * `notFound`.
 */
export async function doWithDraft<Result>(
  mail: Mail,
  at: { id: string; recordId: string },
  tables: readonly AnyTable[],
  write: (writer: LocalWriter) => Promise<Result>,
): Promise<Result> {
  const key = await ownKey(mail, "drafts");
  return changeDraft(mail, key, { ...at, tables }, async (content) => {
    if (content !== undefined) return { content, write };
    return fail("notFound", "This draft is not there any more.");
  });
}

/** Changes a draft from what it is now, again when somebody was faster. */
async function changeDraft<Result>(
  mail: Mail,
  key: CollectionKey,
  { tables, ...at }: { id: string; recordId: string; tables: readonly AnyTable[] },
  change: (before: DraftContent | undefined) => Promise<{
    content: DraftContent;
    write: (writer: LocalWriter) => Promise<Result>;
  }>,
): Promise<Result> {
  while (true) {
    const state = await mail.store.read(draftTables, (reader) => readEdit(reader, at));
    const before = isGone(state) ? undefined : await openDraft(mail, key, at.id, state);
    const { content, write } = await change(before);
    const text = await sealEditText(mail, at.id, content);
    const done = await mail.store.write(
      tables,
      async (writer) => {
        if (!(await isAsRead(writer, at, state))) return undefined;
        await putEdit(writer, at, text);
        return { result: await write(writer) };
      },
      { durable: true },
    );
    if (done !== undefined) return done.result;
  }
}

function isGone(state: EditState): boolean {
  const shown = shownOf(state);
  return shown === "nothing" || (shown === "record" && state.record === undefined);
}

/** Undefined when it is none to this client. */
async function openDraft(
  mail: Mail,
  key: CollectionKey,
  id: string,
  state: EditState,
): Promise<DraftContent | undefined> {
  const value =
    shownOf(state) === "here"
      ? await openEditText(mail, id, state.text)
      : await openRecordValue(key, state.record);
  return draftShape.matches(value) ? value : undefined;
}

function storedDraft(
  id: string,
  { name, letter, savedAt, editedAt = {}, versions = [] }: DraftContent,
  { waiting, edit }: EditState,
): StoredDraft {
  const isWaiting = waiting !== undefined;
  const { trouble, troubleType } = edit ?? {};
  return { id, name, letter, savedAt, editedAt, versions, isWaiting, trouble, troubleType };
}

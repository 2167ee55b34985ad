/** Letters that are not sent yet, as sealed records: every device of the account has them and its server cannot read them. */
import { formatTime, limits, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { hexOf } from "../hash-file.ts";
import { getKeyring } from "../keys/session-keys.ts";
import type { Session } from "../session.ts";
import { deleteRecord, readRecords, writeRecord } from "./records.ts";

const text = Type.String({ maxLength: limits.body });
const addresses = Type.Array(text, { maxItems: limits.recipients });

const UnsentLetterSchema = Type.Object({
  from: text,
  to: addresses,
  cc: addresses,
  subject: text,
  body: text,
  bodyType: Type.Optional(Type.Enum(["text/plain", "text/markdown"])),
  inReplyTo: Type.Optional(text),
  thread: Type.Optional(text),
});

/** A letter as far as it is written: nothing of it need be fit to be sent yet. */
export type UnsentLetter = Static<typeof UnsentLetterSchema>;

const storedShape = shape(Type.Object({ name: text, savedAt: text, letter: UnsentLetterSchema }));
const namedShape = shape(Type.Object({ name: text }));
const nameBytes = 12;

export interface StoredDraft {
  /** The record it lies in. */
  id: string;
  /** Names the draft on all devices. */
  name: string;
  letter: UnsentLetter;
  /** RFC 3339 in UTC, by the clock of the device that saved it. */
  savedAt: string;
  revision: number;
}

export interface DraftList {
  /** The one saved last first. */
  drafts: StoredDraft[];
  /**
   * The ids of records that are no drafts to this client: changed by the server, or sealed with keys that were replaced
   * meanwhile, or written by a newer client. The person must hear of them; `deleteDraft` takes them.
   */
  unreadable: string[];
}

/** The drafts of the account. One that cannot be opened hides no other. */
export async function listDrafts(session: Session): Promise<DraftList> {
  const { opened, unreadable } = await readRecords(session, await getKeyring(session), "drafts");
  const drafts: StoredDraft[] = [];
  for (const { id, revision, value } of opened) {
    if (storedShape.matches(value)) drafts.push({ id, revision, ...value });
    else unreadable.push(id);
  }
  return { drafts: drafts.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1)), unreadable };
}

/**
 * Saves a letter as a new draft, or over one that was read. Throws ProblemError `changedMeanwhile` when another device
 * has saved it since; what that one wrote stays.
 */
export async function saveDraft(
  session: Session,
  letter: UnsentLetter,
  over?: Pick<StoredDraft, "name" | "revision">,
): Promise<StoredDraft> {
  const { clock, randomBytes } = session.platform;
  const name = over?.name ?? hexOf(randomBytes(nameBytes));
  const savedAt = formatTime(clock.now());
  const { id, revision } = await writeRecord(session, "drafts", {
    name,
    revision: over?.revision ?? 0,
    value: { name, savedAt, letter },
  });
  return { id, name, letter, savedAt, revision };
}

export async function deleteDraft(session: Session, { id }: Pick<StoredDraft, "id">): Promise<void> {
  await deleteRecord(session, "drafts", id);
}

/** The name in the value of a draft's record; undefined when it has none. */
export function findDraftName(value: unknown): string | undefined {
  return namedShape.matches(value) ? value.name : undefined;
}

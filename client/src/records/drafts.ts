/** Letters that are not sent yet, as sealed records: every device of the account has them and its server cannot read them. */
import { formatTime, limits, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { hexOf } from "../hash-file.ts";
import type { Session } from "../session.ts";
import { deleteRecord, type OwnRecord, readRecords, writeRecord } from "./records.ts";

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

/** The drafts of the account, the one saved last first. Throws ProblemError `notOpened` when the server has changed one. */
export async function listDrafts(session: Session): Promise<StoredDraft[]> {
  const records = await readRecords(session, "drafts");
  return records.map(readDraft).sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
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

function readDraft({ id, revision, value }: OwnRecord): StoredDraft {
  return { id, revision, ...storedShape.parse(value, "notOpened") };
}

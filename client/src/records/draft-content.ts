/** What a draft consists of, as it lies in its sealed record, and how two that were written at the same time become one. */
import { limits, SaidFileSchema, SealedAttachmentSchema, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";

const text = Type.String({ maxLength: limits.body });
const short = Type.String({ maxLength: 100 });
const addresses = Type.Array(text, { maxItems: limits.recipients });

/** A file that goes with a letter: `sealed` once it was uploaded, for this message and this place in it and no other (§100.9). */
const UnsentFileSchema = Type.Object({
  messageId: short,
  place: Type.Integer({ minimum: 0, maximum: limits.attachments }),
  filename: text,
  mimeType: text,
  sizeBytes: Type.Number(),
  /** Names its bytes on the device where it was chosen, which keeps them until they have gone up. */
  keptAs: Type.Optional(short),
  sealed: Type.Optional(Type.Object({ attachment: SealedAttachmentSchema, file: SaidFileSchema })),
});

export type UnsentFile = Static<typeof UnsentFileSchema>;

const UnsentLetterSchema = Type.Object({
  from: text,
  to: addresses,
  cc: addresses,
  subject: text,
  body: text,
  bodyType: Type.Optional(Type.Enum(["text/plain", "text/markdown"])),
  inReplyTo: Type.Optional(text),
  thread: Type.Optional(text),
  files: Type.Optional(Type.Array(UnsentFileSchema, { maxItems: limits.attachments })),
});

/** A letter as far as it is written: nothing of it need be fit to be sent yet. */
export type UnsentLetter = Static<typeof UnsentLetterSchema>;

const versions = 20;

const VersionSchema = Type.Object({
  letter: UnsentLetterSchema,
  /** RFC 3339 in UTC, by the clock of the device that saved it. */
  savedAt: short,
});

/** A letter as it was saved once. */
export type DraftVersion = Static<typeof VersionSchema>;

const DraftContentSchema = Type.Object({
  /** Names the draft on all devices. */
  name: short,
  savedAt: short,
  letter: UnsentLetterSchema,
  /** When each field was changed last, RFC 3339; one that is not named when the draft was saved. */
  editedAt: Type.Optional(Type.Record(Type.String(), short)),
  /** What stood here and on another device at the same time, and gave way to what was newer; the newest first. */
  versions: Type.Optional(Type.Array(VersionSchema, { maxItems: versions })),
});

/** The value of a draft's record. */
export type DraftContent = Static<typeof DraftContentSchema>;

export const draftShape = shape(DraftContentSchema);
const namedShape = shape(Type.Object({ name: text }));

/** The name in the value of a draft's record; undefined when it has none. */
export function findDraftName(value: unknown): string | undefined {
  return namedShape.matches(value) ? value.name : undefined;
}

const fields = ["from", "to", "cc", "subject", "body", "bodyType", "inReplyTo", "thread", "files"] as const;
type Field = (typeof fields)[number];

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** When a field was changed last. */
function timeOf({ editedAt, savedAt }: DraftContent, field: Field): string {
  return editedAt?.[field] ?? savedAt;
}

/** A letter that is saved over another: of the fields that it changes, the time is now. */
export function editDraft(
  before: DraftContent | undefined,
  { name, letter, savedAt }: Pick<DraftContent, "name" | "letter" | "savedAt">,
): DraftContent {
  const times = fields.flatMap((field) => {
    if (before === undefined || !isSame(before.letter[field], letter[field])) return [];
    return [[field, timeOf(before, field)] as const];
  });
  return {
    name,
    savedAt,
    letter,
    editedAt: Object.fromEntries(times),
    ...(before?.versions === undefined ? {} : { versions: before.versions }),
  };
}

/**
 * What becomes of two drafts of one name that both were made of `base`, or of nothing. A field that one of them has changed
 * is as that one says; of one that both have, as the newer says, and a letter that gave way in a field is kept whole among
 * the versions.
 */
export function mergeDrafts(
  base: DraftContent | undefined,
  mine: DraftContent,
  theirs: DraftContent,
): DraftContent {
  const gaveWay = new Set<DraftContent>();
  const chosen = fields.map((field): readonly [Field, DraftContent] => {
    const [here, there, before] = [mine.letter[field], theirs.letter[field], base?.letter[field]];
    if (isSame(here, there))
      return [field, isAfter(timeOf(theirs, field), timeOf(mine, field)) ? theirs : mine];
    if (base !== undefined && isSame(here, before)) return [field, theirs];
    if (base !== undefined && isSame(there, before)) return [field, mine];
    const isMine = isNewer([timeOf(mine, field), here], [timeOf(theirs, field), there]);
    gaveWay.add(isMine ? theirs : mine);
    return [field, isMine ? mine : theirs];
  });
  const letter = Object.fromEntries(
    chosen.flatMap(([field, { letter }]) => (letter[field] === undefined ? [] : [[field, letter[field]]])),
  );
  const kept = [
    ...[...gaveWay].map(({ letter, savedAt }) => ({ letter, savedAt })),
    ...(mine.versions ?? []),
    ...(theirs.versions ?? []),
  ];
  const merged = draftShape.parse({
    name: mine.name,
    savedAt: isAfter(mine.savedAt, theirs.savedAt) ? mine.savedAt : theirs.savedAt,
    letter,
    editedAt: Object.fromEntries(chosen.map(([field, from]) => [field, timeOf(from, field)])),
  });
  return kept.length === 0 ? merged : { ...merged, versions: newestOf(kept) };
}

/** Both devices choose the same, also of two of the same time. */
function isNewer(one: readonly [string, unknown], other: readonly [string, unknown]): boolean {
  if (one[0] !== other[0]) return isAfter(one[0], other[0]);
  return String(JSON.stringify(one[1])) > String(JSON.stringify(other[1]));
}

/** Of two times as `formatTime` writes them. */
function isAfter(one: string, other: string): boolean {
  return one > other;
}

/** Each once. */
function newestOf(all: readonly DraftVersion[]): DraftVersion[] {
  const once = new Map(all.map((version) => [JSON.stringify(version), version]));
  return [...once.values()].sort((a, b) => (isAfter(b.savedAt, a.savedAt) ? 1 : -1)).slice(0, versions);
}

/** What a record holds of JSON: its sealed form must not be longer than `limits.sealedRecord` after padding (§100.7). */
const mostBytes = 170_000;

/** So much of the versions as fits into a record beside the letter, and those of them that do not. */
export function fitDraft(content: DraftContent): { content: DraftContent; outside: readonly DraftVersion[] } {
  const { versions: all = [], ...bare } = content;
  const encoder = new TextEncoder();
  let leftBytes = mostBytes - encoder.encode(JSON.stringify(bare)).length;
  const within: DraftVersion[] = [];
  for (const version of all) {
    leftBytes -= encoder.encode(JSON.stringify(version)).length + 1;
    if (leftBytes < 0) break;
    within.push(version);
  }
  return {
    content: within.length === 0 ? bare : { ...bare, versions: within },
    outside: all.slice(within.length),
  };
}

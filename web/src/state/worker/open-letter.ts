/** A letter that is begun: anew, from its draft, or as an answer to a message that is here. */
import {
  type EmailRow,
  emails,
  findDraft,
  findLetter,
  findOpened,
  findUnsentBytes,
  identities,
  listRefusals,
  type Mail,
  openEmail,
  readSenderNames,
  readSettings,
  readStandardMail,
  replyTo,
  type StoredDraft,
} from "@posthorn/client";
import { accountOf, fail, findAddress, formatAddress, type Message, recipientsOf } from "@posthorn/protocol";
import type { Opening } from "../composers.ts";
import type { Desk } from "./desk.ts";
import { rowsOf } from "./digests.ts";
import { fieldsOf, type LetterFields } from "./letter-content.ts";
import { beginLetter, findOpenLetter, type OpenLetter } from "./letter-desk.ts";
import { type FileJob, jobOfDraft, jobsOfMessage, newJob } from "./letter-files.ts";
import { type Person, peopleOf } from "./persons.ts";
import { unsend } from "./unsend.ts";

/** A letter as a composer begins with it. */
export interface BegunLetter {
  letterId: number;
  /** Names its draft; null while there is none. */
  name: string | null;
  fields: LetterFields;
  /** The message that it answers or hands on. */
  original: Original | null;
  isForward: boolean;
  /** As whom one can write. */
  identities: { address: string; name: string; signature: string }[];
  /** For so long a letter that was sent can be taken back. */
  undoS: number;
  /** Why it was not sent the last time. */
  refusal: Pick<RefusedLetter, "type" | "sentence"> | null;
  /** Versions of it that gave way to newer ones, the newest first. */
  versions: { savedAt: string; body: string }[];
}

export interface Original {
  id: string;
  threadId: string;
  from: Person[];
  to: Person[];
  atMs: number;
  subject: string;
  text: string;
}

const usualUndoS = 10;

/** Throws ProblemError `notFound` when what it is begun from is not there any more. */
export async function openLetter(
  desk: Desk,
  { opening, label }: { opening: Opening; label: string },
  tell: () => void,
): Promise<BegunLetter> {
  const { mail } = desk;
  switch (opening.kind) {
    case "new": {
      const { to = [], cc = [], subject = "", body = "" } = opening;
      const fields = { from: mail.session.address, to: [...to], cc: [...cc], subject, body };
      return begun(desk, beginLetter(desk, { fields, stored: undefined, files: [], tell }), undefined);
    }
    case "draft":
      return openDraft(desk, opening.name, tell);
    case "letter":
      return openDraft(desk, await unsend(desk, opening.wireId, label), tell);
    default:
      return answer(desk, opening, tell);
  }
}

async function openDraft(desk: Desk, name: string, tell: () => void): Promise<BegunLetter> {
  const { mail } = desk;
  const known = findOpenLetter(name);
  const stored = known?.stored ?? (await findDraft(mail, name));
  if (stored === undefined) return fail("notFound", "This draft is not there any more.");
  const { inReplyTo } = stored.letter;
  const original = inReplyTo === undefined ? undefined : await findOriginal(desk, inReplyTo);
  const letter = await beginDraft(desk, stored, { isShown: true, tell });
  return begun(desk, letter, original);
}

/** The letter of a draft, as it is open already or from now on. Its files go on going up. */
export async function beginDraft(
  desk: Pick<Desk, "mail">,
  stored: StoredDraft,
  { isShown, tell }: { isShown: boolean; tell: () => void },
): Promise<OpenLetter> {
  const { mail } = desk;
  const { files: kept = [] } = stored.letter;
  const files = await Promise.all(
    kept.map(async (file) => {
      const { keptAs, sealed } = file;
      const isUnsent = keptAs !== undefined && sealed === undefined;
      return jobOfDraft(file, isUnsent ? await findUnsentBytes(mail, keptAs) : undefined);
    }),
  );
  const messageId = kept.find(
    ({ sealed, keptAs }) => sealed !== undefined || keptAs !== undefined,
  )?.messageId;
  const isFree = messageId !== undefined && !(await isUsed(mail, messageId));
  const open = findOpenLetter(stored.name);
  if (open !== undefined) {
    open.isShown ||= isShown;
    return open;
  }
  return beginLetter(desk, {
    fields: fieldsOf(stored.letter),
    stored,
    files,
    messageId: isFree ? messageId : undefined,
    isShown,
    tell,
  });
}

/** Whether a letter of this id was sent, or was to be: a server takes no other of the same. */
async function isUsed(mail: Mail, messageId: string): Promise<boolean> {
  if ((await findLetter(mail, messageId)) !== undefined) return true;
  const rows = await mail.store.list(emails, { by: "byWireId", prefix: [messageId], limit: 1 });
  return rows.length > 0;
}

async function begun(
  { mail }: Desk,
  letter: OpenLetter,
  original: Original | undefined,
  isForward = false,
): Promise<BegunLetter> {
  const { address } = mail.session;
  const all = await mail.store.list(identities);
  const settings: Readonly<Record<string, unknown>> = await readSettings(mail).catch(() => ({}));
  const { undoS } = settings;
  const refused = await listRefusedLetters({ mail });
  return {
    letterId: letter.id,
    name: letter.stored?.name ?? null,
    fields: letter.fields,
    original: original ?? null,
    isForward,
    identities:
      all.length === 0
        ? [{ address, name: "", signature: "" }]
        : all.map(({ email, name, textSignature }) => ({ address: email, name, signature: textSignature })),
    undoS: typeof undoS === "number" ? undoS : usualUndoS,
    refusal: refused.find(({ draft }) => draft === letter.stored?.name) ?? null,
    versions: (letter.stored?.versions ?? []).map((version) => ({
      savedAt: version.savedAt,
      body: version.letter.body,
    })),
  };
}

export interface RefusedLetter {
  number: number;
  /** The code of the table of errors. */
  type: string;
  sentence: string;
  /** The name of the draft that it is again. */
  draft: string;
}

/** Letters that were refused and are drafts again, the last first. */
export async function listRefusedLetters({ mail }: Pick<Desk, "mail">): Promise<RefusedLetter[]> {
  const refused: RefusedLetter[] = [];
  for (const { number, type, sentence, change } of await listRefusals(mail)) {
    if (change.on !== "message" || change.change.kind !== "send") continue;
    const draft = (await findLetter(mail, change.id))?.from?.name;
    if (draft !== undefined) refused.push({ number, type, sentence, draft });
  }
  return refused;
}

async function answer(
  desk: Desk,
  { kind, messageId }: Extract<Opening, { messageId: string }>,
  tell: () => void,
): Promise<BegunLetter> {
  const { mail } = desk;
  const [row] = await rowsOf(mail, [messageId]);
  if (row === undefined) return fail("notFound", "This message is not there any more.");
  const { original, message, files } = await readOriginal(desk, row);
  const from = writtenTo(mail, message) ?? mail.session.address;
  const isForward = kind === "forward";
  const fields: LetterFields = isForward
    ? { from, to: [], cc: [], subject: prefixed("Fwd", original.subject), body: "" }
    : { from, subject: prefixed("Re", original.subject), body: "", ...answered() };
  const made = beginLetter(desk, { fields, stored: undefined, files: isForward ? files : [], tell });
  return begun(desk, made, original, isForward);

  function answered(): Pick<LetterFields, "to" | "cc" | "inReplyTo" | "thread"> {
    const isAll = kind === "replyAll";
    if (message !== undefined) {
      const { to, cc, inReplyTo, thread } = replyTo(message, from, { all: isAll });
      const isOwn = (address: string) => addressOwner(address) === mail.session.address;
      return { to, cc: cc.filter((one) => !isOwn(one) && !to.includes(one)), inReplyTo, thread };
    }
    const others = isAll ? [...original.to, ...(row?.cc ?? []).map(({ email }) => ({ address: email }))] : [];
    const to = original.from.map(({ address }) => address);
    const cc = others.map(({ address }) => address).filter((one) => one !== mail.session.address);
    return { to, cc: cc.filter((one) => !to.includes(one)) };
  }
}

function addressOwner(text: string): string | undefined {
  const address = findAddress(text);
  return address && accountOf(address);
}

/** One's own address as they wrote to it, with its tag. */
function writtenTo({ session }: Mail, message: Message | undefined): string | undefined {
  if (message === undefined) return undefined;
  const own = recipientsOf(message).find((recipient) => accountOf(recipient) === session.address);
  return own && formatAddress(own);
}

function prefixed(prefix: string, subject: string): string {
  return new RegExp(`^${prefix}:`, "i").test(subject) ? subject : `${prefix}: ${subject}`;
}

async function findOriginal(desk: Desk, wireId: string): Promise<Original | undefined> {
  const [row] = await desk.mail.store.list(emails, { by: "byWireId", prefix: [wireId], limit: 1 });
  // Without a network it is not worth waiting for.
  return row && (await readOriginal(desk, row).catch(() => undefined))?.original;
}

async function readOriginal(
  { mail, signal }: Desk,
  row: EmailRow,
): Promise<{ original: Original; message: Message | undefined; files: FileJob[] }> {
  // As they call themselves, for it is quoted to others.
  const names = await readSenderNames(mail);
  const about = {
    id: row.id,
    threadId: row.threadId,
    from: peopleOf(row, row.from, names),
    to: peopleOf(row, row.to, names),
    atMs: Date.parse(row.receivedAt) || 0,
  };
  if (row.wire === null) {
    const { text, isHtml, files } = await readStandardMail(mail.session, row.id, { signal });
    const jobs = files.map((file) =>
      newJob(
        { kind: "standard", file },
        { filename: file.name ?? "", mimeType: file.type, sizeBytes: file.size },
      ),
    );
    const original = { ...about, subject: row.subject ?? "", text: isHtml ? withoutTags(text) : text };
    return { original, message: undefined, files: jobs };
  }
  const { message, files } = (await findOpened(mail, row.id)) ?? (await openEmail(mail, row.id, signal));
  const original = {
    ...about,
    subject: textOf(message, "subject") || textOf(message, "title"),
    text: textOf(message, "body") || textOf(message, "text") || textOf(message, "description"),
  };
  return { original, message, files: jobsOfMessage(files, message.id) };
}

function textOf(value: object, name: string): string {
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : "";
}

/** The words of mail in HTML, roughly, to be quoted as text. Nothing of it is ever shown as HTML. */
function withoutTags(html: string): string {
  return html
    .replaceAll(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, "")
    .replaceAll(/<(br|\/p|\/div|\/li|\/tr|\/h\d)\b[^>]*>/gi, "\n")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** Sending a letter that was written here: it waits with the server for as long as it can be taken back. */
import {
  blobSource,
  compose,
  type Draft,
  dismissRefusal,
  identities,
  type Mail,
  nameOfIdentity,
  post,
  statuses,
  type Uncompared,
  uploadFile,
} from "@posthorn/client";
import { type Attachment, fail } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import type { LetterFields } from "./letter-content.ts";
import { dropLetter, inTurn, keepNow, letterOf, type OpenLetter } from "./letter-desk.ts";
import { listRefusedLetters } from "./open-letter.ts";
import { isOutOfReach } from "./out-of-reach.ts";
import { readOrigin } from "./upload-files.ts";

export interface SendInput {
  letterId: number;
  fields: LetterFields;
  /** What it is called where it can be taken back. */
  label: string;
  /** Its owner has agreed that servers on the way may read it. */
  mayGoInTheOpen: boolean;
  /** It goes to these though numbers must be compared again with them: its owner says so of this letter. */
  uncompared: readonly Uncompared[];
  /** Not before, RFC 3339 in UTC. */
  sendAt: string | null;
  undoS: number;
}

export interface Sent {
  /** The number by which it can be taken back. */
  number: number | null;
  /** The id it has on the wire. */
  wireId: string;
  /** The server cannot be reached: it goes when that can be. */
  isOffline: boolean;
}

/**
 * Throws ProblemError with the field at fault when the letter cannot be sent as it is; it stays open then. What the server
 * refuses later comes back as a draft.
 */
export async function sendLetter(desk: Pick<Desk, "mail" | "signal">, input: SendInput): Promise<Sent> {
  const { mail } = desk;
  const letter = letterOf(input.letterId);
  letter.fields = input.fields;
  const draft = await draftOf(mail, letter, input);
  const inTheOpen = input.mayGoInTheOpen || (await mail.session.keys.find()) === undefined;
  const files = sealedFiles(letter);
  const attachments = inTheOpen && files.length > 0 ? await uploadOpen(desk, letter) : undefined;
  const undo = await inTurn(letter, async () => {
    await keepNow(mail, letter);
    await forgetRefusal(mail, letter);
    const posted = await post(mail, attachments === undefined ? draft : { ...draft, attachments }, {
      label: input.label,
      files: attachments === undefined ? files : [],
      mayGoInTheOpen: input.mayGoInTheOpen,
      uncompared: input.uncompared,
      from: letter.stored,
      ...(input.sendAt === null ? { undoS: input.undoS } : { sendAt: input.sendAt }),
    });
    dropLetter(letter);
    return posted.undo;
  });
  const isOffline = !navigator.onLine || isOutOfReach(await mail.store.get(statuses, "status"));
  return { number: undo?.number ?? null, wireId: letter.messageId, isOffline };
}

async function draftOf(
  { session, store }: Mail,
  { fields, messageId }: OpenLetter,
  { sendAt }: SendInput,
): Promise<Draft & { type?: "email" }> {
  const fromName = nameOfIdentity(await store.list(identities), fields.from);
  const { from, to, cc, subject, body, inReplyTo, thread } = fields;
  const draft: Draft & { type?: "email" } = {
    id: messageId,
    from,
    ...(fromName === undefined ? {} : { fromName }),
    to,
    ...(cc.length === 0 ? {} : { cc }),
    subject: subject.trim(),
    body,
    bodyType: "text/markdown",
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(thread === undefined ? {} : { thread }),
    ...(sendAt === null ? {} : { date: sendAt }),
  };
  // Found now, while it can still be put right.
  compose(session.platform, draft);
  return draft;
}

function sealedFiles({ files, messageId }: OpenLetter) {
  return files.map(({ sealed, place, filename }) => {
    if (sealed === undefined || sealed.messageId !== messageId || sealed.place !== place) {
      return fail("badRequest", `“${filename}” has not gone up yet. Wait for it, or take it out.`);
    }
    const { attachment, file } = sealed;
    return { attachment, file };
  });
}

/** The files of a letter that nobody can seal. */
async function uploadOpen(
  { mail, signal }: Pick<Desk, "mail" | "signal">,
  { files }: OpenLetter,
): Promise<Attachment[]> {
  const attachments: Attachment[] = [];
  for (const job of files) {
    const blob = await readOrigin(mail, job, signal);
    const { filename, mimeType } = job;
    const names = filename === "" ? { mimeType } : { filename, mimeType };
    attachments.push(await uploadFile(mail.session, blobSource(blob), { ...names, signal }));
  }
  return attachments;
}

/** Why it was refused before is of no use once it is sent anew. */
async function forgetRefusal(mail: Mail, { stored }: OpenLetter): Promise<void> {
  for (const { number, draft } of await listRefusedLetters({ mail })) {
    if (draft === stored?.name) await dismissRefusal(mail, number);
  }
}

/** What a letter that is written consists of: as a person writes it, as its draft keeps it, and what another device adds to it. */
import type { UnsentLetter } from "@posthorn/client";
import { type FilesOf, fileOfDraft, jobOfDraft, putInPlace } from "./letter-files.ts";

/** What a person writes. */
export interface LetterFields {
  from: string;
  to: string[];
  cc: string[];
  subject: string;
  body: string;
  inReplyTo?: string | undefined;
  thread?: string | undefined;
}

export interface LetterContent extends FilesOf {
  fields: LetterFields;
}

/** As it is kept. */
export function unsentLetter({ fields, files, messageId }: LetterContent): UnsentLetter {
  const { from, to, cc, subject, body, inReplyTo, thread } = fields;
  return {
    from,
    to,
    cc,
    subject,
    body,
    bodyType: "text/markdown",
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(thread === undefined ? {} : { thread }),
    ...(files.length === 0 ? {} : { files: files.map((job) => fileOfDraft(job, messageId)) }),
  };
}

export function fieldsOf({ from, to, cc, subject, body, inReplyTo, thread }: UnsentLetter): LetterFields {
  return { from, to: [...to], cc: [...cc], subject, body, inReplyTo, thread };
}

/**
 * Takes over what another device has written in a field, where nobody has here since: `sent` was to be kept over `base`, and
 * `now` is kept. A file that was taken out there goes from here, and one that only this device knows stays.
 */
export function takeOver(
  letter: LetterContent,
  { base, sent, now }: { base: UnsentLetter | undefined; sent: UnsentLetter; now: UnsentLetter },
): void {
  const mine = unsentLetter(letter);
  const taken = (name: keyof UnsentLetter) =>
    isSame(mine[name], sent[name]) && !isSame(now[name], sent[name]);
  const fields = fieldsOf(now);
  letter.fields = {
    from: taken("from") ? fields.from : letter.fields.from,
    to: taken("to") ? fields.to : letter.fields.to,
    cc: taken("cc") ? fields.cc : letter.fields.cc,
    subject: taken("subject") ? fields.subject : letter.fields.subject,
    body: taken("body") ? fields.body : letter.fields.body,
    inReplyTo: letter.fields.inReplyTo,
    thread: letter.fields.thread,
  };
  if (!taken("files")) return;
  const [before, there] = [hashesOf(base), hashesOf(now)];
  for (const job of [...letter.files]) {
    const hash = job.sealed?.attachment.hash;
    if (hash === undefined || !before.has(hash) || there.has(hash)) continue;
    letter.files.splice(letter.files.indexOf(job), 1);
    job.stop?.abort();
  }
  const known = hashesOf(sent);
  for (const file of now.files ?? []) {
    const { sealed, keptAs } = file;
    if (sealed === undefined || known.has(sealed.attachment.hash)) continue;
    const same = letter.files.findIndex(
      (job) => !job.sealed && keptAs !== undefined && job.keptAs === keptAs,
    );
    if (same < 0) letter.files.push(jobOfDraft(file));
    else {
      // Another tab, or the device where it was attached, was faster.
      const [slower] = letter.files.splice(same, 1, jobOfDraft(file));
      slower?.stop?.abort();
    }
  }
  putInPlace(letter);
}

function hashesOf(letter: UnsentLetter | undefined): Set<string> {
  return new Set((letter?.files ?? []).flatMap(({ sealed }) => (sealed ? [sealed.attachment.hash] : [])));
}

const names: readonly (keyof UnsentLetter)[] = [
  "from",
  "to",
  "cc",
  "subject",
  "body",
  "bodyType",
  "inReplyTo",
  "thread",
  "files",
];

export function isSameLetter(one: UnsentLetter, other: UnsentLetter): boolean {
  return names.every((name) => isSame(one[name], other[name]));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

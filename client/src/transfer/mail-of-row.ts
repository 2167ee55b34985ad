/** Messages of an account as mails that other programs read, opened here. */

import { downloadFile } from "../download.ts";
import { type Amendments, readAmendments, readingOf } from "../mail-search/amended.ts";
import { readKept } from "../mail-search/kept-texts.ts";
import type { Opened, OpenedFile } from "../open.ts";
import { downloadSealedBytes } from "../sealed-file-download.ts";
import { memorySink } from "../source.ts";
import { downloadMailFile } from "../standard-mail.ts";
import type { EmailRow } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import type { KeptText } from "../sync/opened-texts.ts";
import { mostMailBytes } from "./find-mails.ts";
import { readOriginal } from "./read-original.ts";
import { type EmlFile, writeEml } from "./write-eml.ts";

export interface MailOfRow {
  bytes: Uint8Array;
  /** Names of files that are too large for a mail. */
  leftOut: readonly string[];
}

/** What is known of some messages before they are written out. */
export interface OpenedRows {
  texts: ReadonlyMap<string, KeptText>;
  amendments: ReadonlyMap<string, Amendments>;
}

/** Opens them; what cannot be opened is not among them. Throws what a call throws. */
export async function openRows(
  mail: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal,
): Promise<OpenedRows> {
  return {
    texts: await readKept(mail, rows, signal),
    amendments: await readAmendments(mail, rows, signal),
  };
}

/** Byte for byte what was imported; else written out. Undefined when it cannot be opened. Throws what a download throws. */
export async function mailOfRow(
  { session }: Mail,
  row: EmailRow,
  { texts, amendments }: OpenedRows,
  signal: AbortSignal,
): Promise<MailOfRow | undefined> {
  if (row.wire === null) {
    const sink = memorySink();
    const whole = { blobId: row.blobId, name: "mail.eml", type: "message/rfc822", size: row.size };
    await downloadMailFile(session, whole, sink, { signal });
    return { bytes: sink.bytes(), leftOut: [] };
  }
  const opened = texts.get(row.id);
  if (opened === undefined || opened.kind === "standard") return undefined;
  const original = await readOriginal(session, opened, signal);
  if (original !== undefined) return { bytes: original, leftOut: [] };
  return writtenOut(session, opened, amendments.get(row.id), signal);
}

async function writtenOut(
  session: Mail["session"],
  opened: Opened,
  amendments: Amendments | undefined,
  signal: AbortSignal,
): Promise<MailOfRow> {
  const { message } = opened;
  if (amendments?.takenBackAt !== undefined) {
    const bytes = writeEml({ message, subject: "", text: "", files: [] });
    return { bytes, leftOut: [] };
  }
  const { subject, text, files, filesIn } = readingOf(opened, amendments?.edits);
  const taken: EmlFile[] = [];
  const leftOut: string[] = [];
  let left = Math.floor(mostMailBytes * 0.7);
  for (const [place, file] of files.entries()) {
    const { name, type, size } = describe(file);
    if (size > left) {
      leftOut.push(name);
      continue;
    }
    left -= size;
    taken.push({ name, type, bytes: await download(session, file, { messageId: filesIn, place }, signal) });
  }
  return { bytes: writeEml({ message, subject, text, files: taken }), leftOut };
}

async function download(
  session: Mail["session"],
  file: OpenedFile,
  where: { messageId: string; place: number },
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (file.kind === "sealed") {
    return downloadSealedBytes(
      session,
      { ...where, attachment: file.attachment, file: file.file },
      { signal },
    );
  }
  const sink = memorySink();
  await downloadFile(session, file.attachment, sink, { signal });
  return sink.bytes();
}

function describe(file: OpenedFile): { name: string; type: string; size: number } {
  const said: object = file.kind === "sealed" ? file.file : file.attachment;
  const textOf = (name: string) => {
    const value: unknown = Reflect.get(said, name);
    return typeof value === "string" ? value : "";
  };
  const { size } = file.kind === "sealed" ? file.file : file.attachment;
  return { name: textOf("filename") || "file", type: textOf("mimeType"), size };
}

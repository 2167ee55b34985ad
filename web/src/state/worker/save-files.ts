/** Files of messages on their way to a person: downloaded and opened here, told of as they come. */
import {
  downloadFile,
  downloadMailFile,
  downloadSealedFile,
  emails,
  findOpened,
  openEmail,
  type Progress,
  readAmendments,
  readingOf,
  saveName,
} from "@posthorn/client";
import type { WholeMail } from "@posthorn/client/transfer";
import { fail } from "@posthorn/protocol";
import { blobSink } from "./blob-sink.ts";
import type { Desk, Room } from "./desk.ts";
import { askForImported } from "./imported-mails.ts";
import { openFields } from "./read-body.ts";
import { askForStandard } from "./standard-mails.ts";

export interface FetchedFile {
  blob: Blob;
  /** Safe to save it under. */
  name: string;
}

export interface FileMotion {
  doneBytes: number;
  totalBytes: number;
}

const underWay = new Map<number, { motion: FileMotion; stop: AbortController }>();

/** How far a download is; null when it is none any more. */
export function readMotion({ ticket }: { ticket: number }): FileMotion | null {
  return underWay.get(ticket)?.motion ?? null;
}

export function stopFile({ ticket }: { ticket: number }): void {
  underWay.get(ticket)?.stop.abort();
}

/**
 * A file of a message, by its place there; `ticket` is the asker's own number for it. Throws what a call throws, ProblemError
 * `notFound` for a file that is not there. Null when it was stopped.
 */
export async function fetchFile(
  { mail, signal }: Desk,
  tell: Room["tell"],
  { messageId, place, ticket }: { messageId: string; place: number; ticket: number },
): Promise<FetchedFile | null> {
  const stop = new AbortController();
  const entry = { motion: { doneBytes: 0, totalBytes: 0 }, stop };
  underWay.set(ticket, entry);
  const onProgress = ({ doneBytes, totalBytes }: Progress) => {
    entry.motion = { doneBytes, totalBytes };
    tell(["transfers"]);
  };
  const options = { signal: AbortSignal.any([signal, stop.signal]), onProgress };
  try {
    const row = (await mail.store.get(emails, messageId)) ?? fail("notFound", "This message is gone.");
    if (row.wire === null) {
      const file = (await askForStandard(mail, row, options.signal)).files[place] ?? noFile();
      const sink = blobSink();
      await downloadMailFile(mail.session, file, sink, options);
      return { blob: sink.blob(file.type), name: saveName({ filename: file.name ?? "" }) };
    }
    const opened = (await findOpened(mail, messageId)) ?? (await openEmail(mail, messageId, options.signal));
    const imported = await askForImported(mail, row, { opened, signal: options.signal });
    if (imported !== undefined) return await fileOfImported(imported, place);
    const amendments = (await readAmendments(mail, [row], undefined)).get(messageId);
    const { files, filesIn } = readingOf(opened, amendments?.edits);
    const file = files[place] ?? noFile();
    const sink = blobSink();
    if (file.kind === "open") {
      await downloadFile(mail.session, file.attachment, sink, options);
      const { name, type } = openFields(file.attachment);
      return { blob: sink.blob(type), name: saveName({ filename: name, hash: file.attachment.hash }) };
    }
    const wanted = {
      messageId: filesIn,
      place,
      attachment: file.attachment,
      file: file.file,
    };
    await downloadSealedFile(mail.session, wanted, { sealed: blobSink(), file: sink }, options);
    const { filename, mimeType, hash } = file.file;
    return { blob: sink.blob(mimeType ?? ""), name: saveName({ filename, hash }) };
  } catch (error) {
    if (stop.signal.aborted) return null;
    throw error;
  } finally {
    underWay.delete(ticket);
    tell(["transfers"]);
  }
}

async function fileOfImported({ files }: WholeMail, place: number): Promise<FetchedFile> {
  const { bytes, name, type } = files[place] ?? noFile();
  const sink = blobSink();
  await sink.write(0, bytes);
  await sink.finish(bytes.length);
  return { blob: sink.blob(type), name: saveName({ filename: name }) };
}

function noFile(): never {
  return fail("notFound", "This file is not there any more. Ask its sender to send it again.");
}

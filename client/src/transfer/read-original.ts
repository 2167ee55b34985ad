/** The mail itself, of a message that was imported (§100.14). */
import { findBase64Url } from "@posthorn/crypto";
import type { Opened } from "../open.ts";
import { downloadSealedBytes } from "../sealed-file-download.ts";
import type { Session } from "../session.ts";
import { mostMailBytes } from "./find-mails.ts";
import { unpacked } from "./packed.ts";

/** Undefined for what was not imported by its owner. Throws what a download throws, ProblemError `notOpened` for a damaged one. */
export async function readOriginal(
  session: Session,
  opened: Opened,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (opened.kind !== "open" || opened.imported !== true) return undefined;
  const { message, files } = opened;
  const original: unknown = Reflect.get(message, "original");
  const bytes = typeof original === "string" ? findBase64Url(original) : undefined;
  if (bytes !== undefined) return unpacked(bytes, mostMailBytes);
  const [file] = files;
  if (file?.kind !== "sealed") return undefined;
  const wanted = { messageId: message.id, place: 0, attachment: file.attachment, file: file.file };
  return downloadSealedBytes(session, wanted, { signal });
}

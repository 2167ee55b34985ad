/**
 * Files of sealed messages (§100.9): a file's padded form is sealed with a key of its own, and what comes out goes up and
 * down like any other file. Up in sealed-file-upload.ts, down in sealed-file-download.ts.
 */
import {
  type FilePlace,
  fileContext,
  fromBase64Url,
  padFile,
  sealedFileSize,
  sealRanges,
  toBase64Url,
} from "@posthorn/crypto";
import { fail, limits, type SealedAttachment } from "@posthorn/protocol";
import { hashFile } from "./hash-file.ts";
import type { Platform } from "./platform.ts";
import { readExactly, type Source, type TransferOptions } from "./source.ts";

/**
 * With what one file is sealed for one place, and what comes out. Plain data: who keeps it beside the message's draft, as
 * secret as that, can go on with an upload in another run. It is for this file, as it is, in this place, and no other.
 */
export interface FileSeal extends FilePlace {
  /** 32 and 24 random bytes in base64url. */
  key: string;
  salt: string;
  /** Bytes of the file itself. */
  size: number;
  /** Of the sealed bytes. */
  attachment: SealedAttachment;
}

/**
 * Draws a key for a file and reads it once, to know what its sealed bytes are; nothing is sent. Progress counts sealed
 * bytes. Throws ProblemError `tooLarge`, and `blobMismatch` when the file becomes shorter or longer meanwhile.
 */
export async function newFileSeal(
  platform: Pick<Platform, "sha256" | "clock" | "randomBytes">,
  source: Source,
  where: FilePlace,
  options: TransferOptions = {},
): Promise<FileSeal> {
  const { sizeBytes: size } = source;
  if (size > limits.fileBytes || sealedFileSize(size) > limits.fileBytes) {
    fail("tooLarge", `The file has ${size} bytes; sealed, at most ${limits.fileBytes} can be sent.`);
  }
  const [key, salt] = [toBase64Url(platform.randomBytes(32)), toBase64Url(platform.randomBytes(24))];
  const attachment = await hashFile(platform, sealFileSource(source, { key, salt }, where), options);
  return { ...where, key, salt, size, attachment };
}

/**
 * The sealed bytes of a file, made as they are read. Only for what checks that they are those of the seal before it lets
 * any of them go: a file that has changed, sealed with the same key and salt, would give both its states away (§100.8).
 */
export function sealFileSource(
  source: Source,
  { key, salt }: Pick<FileSeal, "key" | "salt">,
  where: FilePlace,
): Source {
  const file = {
    size: source.sizeBytes,
    read: (offset: number, length: number) => readExactly(source, offset, length),
  };
  const { size, read } = sealRanges(
    fromBase64Url(key),
    fileContext(where),
    fromBase64Url(salt),
    padFile(file),
  );
  return { sizeBytes: size, read };
}

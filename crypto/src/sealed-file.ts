/** What a file of a message is bound to when it is sealed, and how large it then is (§100.9 of the protocol). */
import { bindTexts } from "./bind-texts.ts";
import { paddedFileSize } from "./padding.ts";
import { sealedSize } from "./sealed-layout.ts";

/** Where a file belongs. It opens nowhere else. */
export interface FilePlace {
  /** Of the message, exactly as it will stand there. */
  messageId: string;
  /** Among the message's attachments, from 0. */
  place: number;
}

/** What a file's sealed bytes are bound to. Throws Error when the id is not well-formed Unicode. */
export function fileContext({ messageId, place }: FilePlace): Uint8Array {
  return bindTexts("posthorn-file-v1", [messageId, String(place)]);
}

/** Bytes that a file of `size` bytes has when it is padded and sealed. Throws RangeError when it is too large to pad. */
export function sealedFileSize(size: number): number {
  return sealedSize(paddedFileSize(size));
}

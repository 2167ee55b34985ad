import { parseContentField } from "./content-field.ts";
import { base64Size, encodeText } from "./encode-body.ts";
import type { MailPart, ParsedMail } from "./mail.ts";
import { type WrittenPart, writeParts } from "./write-parts.ts";

/** A file of the message, to be put here in base64, as `encodeBase64` makes it. */
interface FilePiece {
  place: number;
  /** As it is written. */
  sizeBytes: number;
}

export interface RenderedMail {
  sizeBytes: number;
  pieces: readonly (Uint8Array | FilePiece)[];
}

/** A mail that `emailOf` has made as RFC 5322, the same each time. Its files are for the caller to put in their places. */
export function renderMail({ structure }: ParsedMail): RenderedMail {
  const pieces = [...writeParts<FilePiece>(writtenPart(structure))];
  const sizeBytes = pieces.reduce(
    (sum, piece) => sum + ("place" in piece ? piece.sizeBytes : piece.length),
    0,
  );
  return { sizeBytes, pieces };
}

function writtenPart(part: MailPart): WrittenPart<FilePiece> {
  const { headers } = part;
  if (part.subParts !== undefined) {
    return { headers, boundary: boundaryOf(part), children: part.subParts.map(writtenPart) };
  }
  if (part.content.kind === "here") return { headers, body: encodeText(part.content.text().value).body };
  const { place } = part.content;
  return { headers, body: { place, sizeBytes: base64Size(part.sizeBytes) } };
}

function boundaryOf({ headers }: MailPart): string {
  const field = headers.find(({ name }) => name === "Content-Type")?.value ?? "";
  return parseContentField(field).parameters.get("boundary") ?? "";
}

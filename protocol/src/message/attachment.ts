import { type Static, Type } from "typebox";
import { HashSchema } from "../hash.ts";
import { limits } from "../limits.ts";
import { FileSizeSchema } from "../number.ts";
import { oneLine } from "../text.ts";

const file = {
  hash: HashSchema,
  size: FileSizeSchema,
  chunks: Type.Optional(Type.Array(HashSchema, { minItems: 2, maxItems: limits.chunks })),
};

/** A file that goes with a message (§20.5): one blob, or a list of chunks when it is larger than a blob may be. */
export const AttachmentSchema = Type.Object({
  ...file,
  filename: Type.Optional(oneLine(limits.filename, 1)),
  mimeType: Type.Optional(
    Type.String({
      minLength: 3,
      maxLength: limits.mimeType,
      pattern: "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?: ?;[ -~]*)?$",
      description: "a media type such as application/pdf",
    }),
  ),
});

export type Attachment = Static<typeof AttachmentSchema>;

/** An attachment of a sealed message: what a server needs to carry it and nothing else. Closed. */
export const SealedAttachmentSchema = Type.Object(file, { additionalProperties: false });

export type SealedAttachment = Static<typeof SealedAttachmentSchema>;

export const attachments = Type.Array(AttachmentSchema, { maxItems: limits.attachments });
export const sealedAttachments = Type.Array(SealedAttachmentSchema, { maxItems: limits.attachments });

import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { manyLines } from "../text.ts";
import { AttachmentSchema, SealedAttachmentSchema } from "./attachment.ts";
import { author, hiddenAuthor } from "./author.ts";
import { hidden, routing } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = { ...routing, type: Type.Literal("file_transfer"), from: AddressSchema };
const one = { minItems: 1, maxItems: limits.attachments };

/** Files sent for their own sake (§20.12), one or more. */
export const PlainFileTransferSchema = Type.Object({
  ...head,
  ...author,
  text: Type.Optional(manyLines(limits.text)),
  attachments: Type.Array(AttachmentSchema, one),
});

export const SealedFileTransferSchema = Type.Object({
  ...head,
  ...hiddenAuthor,
  text: hidden,
  ...sealed,
  attachments: Type.Array(SealedAttachmentSchema, one),
});

export type PlainFileTransfer = Static<typeof PlainFileTransferSchema>;
export type SealedFileTransfer = Static<typeof SealedFileTransferSchema>;
export type FileTransfer = PlainFileTransfer | SealedFileTransfer;
